package io.limbeck.core.loss.datafree;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.limbeck.core.loss.Loss;
import io.limbeck.core.loss.LossAndGradient;
import io.limbeck.core.loss.LossArgument;
import io.limbeck.core.loss.LossInputs;
import io.limbeck.core.loss.Shapes;
import io.limbeck.core.schema.Key;
import java.util.List;
import java.util.Optional;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.ops.transforms.Transforms;

/**
 * A generator's activation loss: real images excite the teacher's features more than noise does, so
 * its images should.
 *
 * <pre>
 *   L = -loss_weight * mean |feat_T|      norm_type abs
 *       -loss_weight * |feat_T|_2         norm_type norm, over the whole mini-batch
 * </pre>
 *
 * <p>The argument is a feature of the teacher of any shape, which receives the gradient; a zero
 * takes none.
 *
 * <p>Source: H. Chen et al., "Data-Free Learning of Student Networks", ICCV 2019, arXiv:1904.01186,
 * equation 4; MMRazor's {@code ActivationLoss}.
 *
 * @param lossWeight the factor of the loss in the total
 * @param normType how the size is measured
 */
public record ActivationLoss(
    @Key(value = "Factor of this loss in the total", def = "1.0") double lossWeight,
    @Key(
            value = "How the size is measured: mean of magnitudes (abs) or Euclidean length (norm)",
            def = "\"abs\"")
        NormType normType)
    implements Loss {
  private static final String TEACHER = "feat_T";

  /** How the size of a feature is measured. */
  public enum NormType {
    /** The mean of the magnitudes. */
    @JsonProperty("abs")
    ABS,
    /** The Euclidean length. */
    @JsonProperty("norm")
    NORM
  }

  @Override
  public List<LossArgument> arguments() {
    return List.of(LossArgument.teacher(TEACHER, true));
  }

  @Override
  public Optional<String> shapeProblem(Shapes shapes) {
    return Optional.empty();
  }

  @Override
  public LossAndGradient lossAndGradient(LossInputs inputs) {
    INDArray feature = inputs.array(TEACHER);
    if (normType == NormType.ABS) {
      double mean = Transforms.abs(feature, true).meanNumber().doubleValue();
      return LossAndGradient.of(-lossWeight * mean)
          .with(TEACHER, Transforms.sign(feature, true).muli(-lossWeight / feature.length()));
    }
    double length = Math.sqrt(feature.mul(feature).sumNumber().doubleValue());
    return LossAndGradient.of(-lossWeight * length)
        .with(TEACHER, feature.mul(length == 0 ? 0 : -lossWeight / length));
  }
}
