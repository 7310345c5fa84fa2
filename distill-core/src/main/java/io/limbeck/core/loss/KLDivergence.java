package io.limbeck.core.loss;

import io.limbeck.core.network.Side;
import io.limbeck.core.schema.Key;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.ops.transforms.Transforms;

/**
 * The classic distillation loss: the divergence of the student's softened class probabilities from
 * the teacher's.
 *
 * <pre>
 *   p_X = softmax(preds_X / tau) over dimension 1
 *   L   = loss_weight * tau^2 * reduction( p_T * (log p_T - log p_S) )
 * </pre>
 *
 * <p>Both arguments are logits of one shape, {@code [batch, classes]} or {@code [batch, classes,
 * height, width]}; the softmax is over the classes. {@code batchmean} divides by the batch size
 * only, also for maps. The factor {@code tau^2} keeps the gradient's size independent of the
 * temperature. Equal logits give zero.
 *
 * <p>Source: G. Hinton, O. Vinyals, J. Dean, "Distilling the Knowledge in a Neural Network", NIPS
 * 2014 workshop, arXiv:1503.02531, section 2; reductions as in MMRazor's {@code KLDivergence}.
 *
 * @param tau the temperature
 * @param reduction how the elements become one number
 * @param lossWeight the factor of the loss in the total
 * @param teacherDetach whether no gradient goes to the teacher
 */
public record KLDivergence(
    @Key(value = "Temperature that softens both distributions", def = "1.0", above = 0) double tau,
    @Key(
            value =
                "How the elements become one number: batchmean divides the sum by the batch size",
            def = "\"batchmean\"")
        Reduction reduction,
    @Key(value = "Factor of this loss in the total", def = "1.0") double lossWeight,
    @Key(value = "Whether no gradient goes to the teacher", def = "true") boolean teacherDetach)
    implements Loss {
  private static final String STUDENT = "preds_S";
  private static final String TEACHER = "preds_T";

  @Override
  public List<LossArgument> arguments() {
    return List.of(
        new LossArgument(STUDENT, Side.STUDENT, true),
        new LossArgument(TEACHER, Side.TEACHER, !teacherDetach));
  }

  @Override
  public Optional<String> shapeProblem(Map<String, List<Long>> shapes) {
    return SameShape.problem(STUDENT, shapes.get(STUDENT), TEACHER, shapes.get(TEACHER));
  }

  @Override
  public LossAndGradient lossAndGradient(Map<String, INDArray> values) {
    INDArray logStudent = Softmax.log(values.get(STUDENT), tau);
    INDArray logTeacher = Softmax.log(values.get(TEACHER), tau);
    INDArray teacher = Transforms.exp(logTeacher, true);
    INDArray logRatio = logTeacher.subi(logStudent);
    INDArray elements = logRatio.mul(teacher);
    // tau^2 of the loss and 1/tau of the softened logits leave one tau in the gradients.
    double factor = lossWeight * reduction.factor(elements.shape());
    double loss = factor * tau * tau * elements.sumNumber().doubleValue();

    Map<String, INDArray> gradients = new LinkedHashMap<>();
    gradients.put(STUDENT, Transforms.exp(logStudent, false).subi(teacher).muli(factor * tau));
    if (!teacherDetach) {
      INDArray mean = elements.sum(true, 1);
      gradients.put(TEACHER, logRatio.subi(mean).muli(teacher).muli(factor * tau));
    }
    return new LossAndGradient(loss, gradients);
  }
}
