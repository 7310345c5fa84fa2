package io.limbeck.core.loss.feature;

import io.limbeck.core.loss.Loss;
import io.limbeck.core.loss.LossAndGradient;
import io.limbeck.core.loss.LossArgument;
import io.limbeck.core.loss.LossInputs;
import io.limbeck.core.loss.Shapes;
import io.limbeck.core.math.Resize;
import io.limbeck.core.math.ZScore;
import io.limbeck.core.schema.Key;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Distillation by Pearson's correlation: channels are standardised before they are compared, so
 * that networks of different kinds may differ in size and offset.
 *
 * <pre>
 *   z_X = (x - mean) / (std + 1e-6) of each channel over batch and positions
 *   L   = loss_weight * sum over stages of mean( (z_S - z_T)^2 ) / 2
 * </pre>
 *
 * <p>Each argument is one array {@code [batch, channels, …]} or a list of them, one for each stage,
 * with equal channels. Maps of different height or width are resized bilinearly, the student's by
 * default. The mean is of the worker's own mini-batch. {@code L} is {@code 1 - rho} of each channel
 * on the mean, so zero for features that are equal up to scale and offset.
 *
 * <p>Source: W. Cao et al., "PKD: General Distillation Framework for Object Detectors via Pearson
 * Correlation Coefficient", NeurIPS 2022, arXiv:2207.02039, equations 4 and 5; MMRazor's {@code
 * PKDLoss}, which compares heights only and stops where widths differ.
 *
 * @param lossWeight the factor of the loss in the total
 * @param resizeStu whether the student's maps are resized, or else the teacher's
 */
public record PKDLoss(
    @Key(value = "Factor of this loss in the total", def = "1.0") double lossWeight,
    @Key(
            value = "Whether the student's maps are resized to the teacher's, or else the reverse",
            def = "true")
        boolean resizeStu)
    implements Loss {
  private static final String STUDENT = "preds_S";
  private static final String TEACHER = "preds_T";
  private static final double EPSILON = 1e-6;

  @Override
  public List<LossArgument> arguments() {
    return List.of(
        LossArgument.student(STUDENT).several(), LossArgument.teacher(TEACHER, true).several());
  }

  @Override
  public Optional<String> shapeProblem(Shapes shapes) {
    List<List<Long>> student = shapes.all().getOrDefault(STUDENT, List.of());
    List<List<Long>> teacher = shapes.all().getOrDefault(TEACHER, List.of());
    if (student.isEmpty() || teacher.isEmpty()) {
      return Optional.empty();
    }
    if (student.size() != teacher.size()) {
      return Optional.of(
          "%s has %d stages but %s has %d"
              .formatted(STUDENT, student.size(), TEACHER, teacher.size()));
    }
    for (int i = 0; i < student.size(); i++) {
      List<Long> s = student.get(i);
      List<Long> t = teacher.get(i);
      boolean resizable = s.size() == 3 && t.size() == 3 && s.get(0).equals(t.get(0));
      if (!s.equals(t) && !resizable) {
        return Optional.of(
            "%s has shape %s but %s has shape %s, only heights and widths may differ"
                .formatted(STUDENT, s, TEACHER, t));
      }
    }
    return Optional.empty();
  }

  @Override
  public LossAndGradient lossAndGradient(LossInputs inputs) {
    List<INDArray> student = inputs.arrays(STUDENT);
    List<INDArray> teacher = inputs.arrays(TEACHER);
    List<INDArray> studentGradients = new ArrayList<>();
    List<INDArray> teacherGradients = new ArrayList<>();
    double loss = 0;
    for (int i = 0; i < student.size(); i++) {
      Stage s = Stage.of(student.get(i), teacher.get(i), resizeStu);
      Stage t = Stage.of(teacher.get(i), student.get(i), !resizeStu);
      INDArray difference = s.score.value().sub(t.score.value());
      loss += difference.mul(difference).meanNumber().doubleValue() / 2;
      INDArray gradient = difference.muli(lossWeight / difference.length());
      studentGradients.add(s.back(gradient));
      teacherGradients.add(inputs.wantsGradient(TEACHER) ? t.back(gradient.neg()) : null);
    }
    LossAndGradient result = LossAndGradient.of(lossWeight * loss).with(STUDENT, studentGradients);
    return inputs.wantsGradient(TEACHER) ? result.with(TEACHER, teacherGradients) : result;
  }

  /** One network's features at one stage, resized if need be and standardised. */
  private record Stage(Resize resize, ZScore score) {
    static Stage of(INDArray feature, INDArray other, boolean mayResize) {
      boolean resized =
          mayResize
              && feature.rank() == 4
              && (feature.size(2) != other.size(2) || feature.size(3) != other.size(3));
      Resize resize = resized ? Resize.bilinear(feature, other.size(2), other.size(3)) : null;
      INDArray x = resized ? resize.apply(feature) : feature;
      int[] allButChannels =
          IntStream.range(0, x.rank()).filter(dimension -> dimension != 1).toArray();
      return new Stage(resize, ZScore.of(x, EPSILON, allButChannels));
    }

    INDArray back(INDArray gradient) {
      INDArray ofFeature = score.back(gradient);
      return resize == null ? ofFeature : resize.back(ofFeature);
    }
  }
}
