package io.limbeck.core.loss.logit;

import io.limbeck.core.loss.Loss;
import io.limbeck.core.loss.LossAndGradient;
import io.limbeck.core.loss.LossArgument;
import io.limbeck.core.loss.LossInputs;
import io.limbeck.core.loss.Shapes;
import io.limbeck.core.math.OneHot;
import io.limbeck.core.math.Softmax;
import io.limbeck.core.schema.Key;
import java.util.List;
import java.util.Optional;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.ops.transforms.Transforms;

/**
 * Weighted soft labels: the soft cross-entropy of each example counts the more, the worse the
 * student does on its label beside the teacher.
 *
 * <pre>
 *   phi_n = 1 - exp( -max(0, CE(student_n, y_n) / (CE(teacher_n, y_n) + 1e-7)) )      (tau = 1)
 *   L     = loss_weight * tau^2 * mean_n( phi_n * sum_c -p_T log p_S ),  p_X = softmax(X / tau)
 * </pre>
 *
 * <p>Arguments are logits {@code [batch, classes]} and labels. No gradient goes through {@code
 * phi}.
 *
 * <p>Source: H. Zhou et al., "Rethinking Soft Labels for Knowledge Distillation: A Bias-Variance
 * Tradeoff Perspective", ICLR 2021, arXiv:2102.00650, equation 14.
 *
 * @param tau the temperature
 * @param lossWeight the factor of the loss in the total
 * @param numClasses classes; null for as many as the logits have
 */
public record WSLD(
    @Key(value = "Temperature that softens both distributions", def = "1.0", above = 0) double tau,
    @Key(value = "Factor of this loss in the total", def = "1.0") double lossWeight,
    @Key(
            value =
                "Number of classes, checked against the logits; by default as many as they have",
            optional = true,
            min = 1)
        Integer numClasses)
    implements Loss {
  private static final String STUDENT = "student";
  private static final String TEACHER = "teacher";
  private static final String LABELS = "gt_labels";
  private static final double EPSILON = 1e-7;

  @Override
  public List<LossArgument> arguments() {
    return List.of(
        LossArgument.student(STUDENT),
        LossArgument.teacher(TEACHER, true),
        LossArgument.labels(LABELS));
  }

  @Override
  public Optional<String> shapeProblem(Shapes shapes) {
    return shapes
        .vector(STUDENT)
        .or(() -> shapes.same(STUDENT, TEACHER))
        .or(
            () ->
                shapes
                    .of(STUDENT)
                    .filter(shape -> numClasses != null && shape.get(0) != (long) numClasses)
                    .map(
                        shape ->
                            "num_classes is %d but the logits have %d classes"
                                .formatted(numClasses, shape.get(0))));
  }

  @Override
  public LossAndGradient lossAndGradient(LossInputs inputs) {
    INDArray student = inputs.array(STUDENT);
    INDArray teacher = inputs.array(TEACHER);
    INDArray label = OneHot.of(inputs.labels(LABELS, student.size(1)), student);
    INDArray ratio =
        new HardTarget(Softmax.log(student, 1, 1), label)
            .losses()
            .divi(new HardTarget(Softmax.log(teacher, 1, 1), label).losses().addi(EPSILON));
    INDArray focus = Transforms.exp(Transforms.max(ratio, 0, false).negi(), false).rsubi(1);

    INDArray logStudent = Softmax.log(student, tau, 1);
    INDArray target = Softmax.of(teacher, tau, 1);
    INDArray factor = focus.muli(lossWeight * tau * tau / student.size(0));
    double loss = logStudent.mul(target).sum(true, 1).muli(factor).sumNumber().doubleValue();
    LossAndGradient result =
        LossAndGradient.of(-loss)
            .with(STUDENT, Transforms.exp(logStudent, true).subi(target).muli(factor).divi(tau));
    return inputs.wantsGradient(TEACHER)
        ? result.with(TEACHER, Softmax.back(target, logStudent, 1).muli(factor).divi(-tau))
        : result;
  }
}
