package io.limbeck.core.loss.feature;

import io.limbeck.core.loss.Loss;
import io.limbeck.core.loss.LossAndGradient;
import io.limbeck.core.loss.LossArgument;
import io.limbeck.core.loss.LossInputs;
import io.limbeck.core.loss.Shapes;
import io.limbeck.core.math.Resize;
import io.limbeck.core.schema.Key;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Hierarchical context loss of knowledge review: the mean squared difference of the features and of
 * their pyramids of means.
 *
 * <pre>
 *   L = loss_weight * sum over levels of v_l mean( (pool_l s - pool_l t)^2 ) / sum v_l
 *   levels: the features themselves with v = 1, then 4x4, 2x2, 1x1 means with v = 1/2, 1/4, 1/8,
 *   those only that are smaller than the maps
 * </pre>
 *
 * <p>Arguments are maps {@code [batch, channels, height, width]} of one shape; the student's come
 * through {@code ABFConnector}s. Both receive a gradient.
 *
 * <p>Source: P. Chen, S. Liu, H. Zhao, J. Jia, "Distilling Knowledge via Knowledge Review", CVPR
 * 2021, arXiv:2104.09044, section 3.3 and the authors' code.
 *
 * @param lossWeight the factor of the loss in the total
 */
public record HCLLoss(
    @Key(value = "Factor of this loss in the total", def = "1.0") double lossWeight)
    implements Loss {
  private static final String STUDENT = "s_feature";
  private static final String TEACHER = "t_feature";
  private static final int[] LEVELS = {4, 2, 1};

  @Override
  public List<LossArgument> arguments() {
    return List.of(LossArgument.student(STUDENT), LossArgument.teacher(TEACHER, true));
  }

  @Override
  public Optional<String> shapeProblem(Shapes shapes) {
    return shapes
        .of(STUDENT)
        .filter(shape -> shape.size() != 3)
        .map(
            shape ->
                STUDENT
                    + " has shape "
                    + shape
                    + ", but the loss needs maps [channels, height, width]")
        .or(() -> shapes.same(STUDENT, TEACHER));
  }

  @Override
  public LossAndGradient lossAndGradient(LossInputs inputs) {
    INDArray difference = inputs.array(STUDENT).sub(inputs.array(TEACHER));
    List<Resize> pools = new ArrayList<>();
    List<Double> weights = new ArrayList<>();
    double weight = 1;
    double total = 1;
    for (int level : LEVELS) {
      if (level < difference.size(2)) {
        weight /= 2;
        total += weight;
        weights.add(weight);
        pools.add(Resize.averagePool(difference, level, level));
      }
    }
    double loss = difference.mul(difference).meanNumber().doubleValue();
    INDArray gradient = difference.mul(2.0 / difference.length());
    for (int i = 0; i < pools.size(); i++) {
      INDArray pooled = pools.get(i).apply(difference);
      loss += weights.get(i) * pooled.mul(pooled).meanNumber().doubleValue();
      gradient.addi(pools.get(i).back(pooled.mul(2 * weights.get(i) / pooled.length())));
    }
    gradient.muli(lossWeight / total);
    LossAndGradient result = LossAndGradient.of(lossWeight * loss / total).with(STUDENT, gradient);
    return inputs.wantsGradient(TEACHER) ? result.with(TEACHER, gradient.neg()) : result;
  }
}
