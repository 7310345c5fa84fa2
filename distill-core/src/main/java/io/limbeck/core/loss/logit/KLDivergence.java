package io.limbeck.core.loss.logit;

import io.limbeck.core.loss.Loss;
import io.limbeck.core.loss.LossAndGradient;
import io.limbeck.core.loss.LossArgument;
import io.limbeck.core.loss.LossInputs;
import io.limbeck.core.loss.Reduction;
import io.limbeck.core.loss.Shapes;
import io.limbeck.core.math.SoftDivergence;
import io.limbeck.core.schema.Key;
import java.util.List;
import java.util.Optional;

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
 * 2014 workshop, arXiv:1503.02531, section 2; reductions as in MMRazor's {@code KLDivergence}. With
 * {@code logit_standardization} both logits are first turned into their z-scores over the classes,
 * so that the student learns the order and the spacing but not the size of the teacher's: S. Sun,
 * W. Ren, J. Li, R. Wang, X. Cao, "Logit Standardization in Knowledge Distillation", CVPR 2024,
 * arXiv:2403.01108, algorithm 1.
 *
 * @param tau the temperature
 * @param reduction how the elements become one number
 * @param lossWeight the factor of the loss in the total
 * @param teacherDetach whether no gradient goes to the teacher
 * @param logitStandardization whether the logits are standardised first
 */
public record KLDivergence(
    @Key(value = "Temperature that softens both distributions", def = "1.0", above = 0) double tau,
    @Key(
            value =
                "How the elements become one number: batchmean divides the sum by the batch size",
            def = "\"batchmean\"")
        Reduction reduction,
    @Key(value = "Factor of this loss in the total", def = "1.0") double lossWeight,
    @Key(value = "Whether no gradient goes to the teacher", def = "true") boolean teacherDetach,
    @Key(value = "Whether logits are turned into z-scores over the classes first", def = "false")
        boolean logitStandardization)
    implements Loss {
  private static final String STUDENT = "preds_S";
  private static final String TEACHER = "preds_T";

  @Override
  public List<LossArgument> arguments() {
    return List.of(LossArgument.student(STUDENT), LossArgument.teacher(TEACHER, !teacherDetach));
  }

  @Override
  public Optional<String> shapeProblem(Shapes shapes) {
    return shapes.same(STUDENT, TEACHER);
  }

  @Override
  public LossAndGradient lossAndGradient(LossInputs inputs) {
    Logits student = Logits.of(inputs.array(STUDENT), logitStandardization);
    Logits teacher = Logits.of(inputs.array(TEACHER), logitStandardization);
    boolean back = !teacherDetach && inputs.wantsGradient(TEACHER);
    double factor = lossWeight * tau * tau * reduction.factor(student.value().shape());
    SoftDivergence divergence =
        SoftDivergence.of(student.value(), teacher.value(), tau, factor, back, 1);
    LossAndGradient result =
        LossAndGradient.of(divergence.value()).with(STUDENT, student.back(divergence.student()));
    return back ? result.with(TEACHER, teacher.back(divergence.teacher())) : result;
  }
}
