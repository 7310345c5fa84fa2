package io.limbeck.core.loss.logit;

import io.limbeck.core.loss.Loss;
import io.limbeck.core.loss.LossAndGradient;
import io.limbeck.core.loss.LossArgument;
import io.limbeck.core.loss.LossInputs;
import io.limbeck.core.loss.Shapes;
import io.limbeck.core.math.Softmax;
import io.limbeck.core.schema.Key;
import java.util.List;
import java.util.Optional;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Distillation from a stronger teacher: the student keeps the teacher's relations, not its values.
 *
 * <pre>
 *   y_X   = softmax(logits_X / tau) over the classes        rho = Pearson's correlation
 *   inter = tau^2 (1 - mean_n rho(y_S[n, :], y_T[n, :]))    between the classes of an example
 *   intra = tau^2 (1 - mean_c rho(y_S[:, c], y_T[:, c]))    between the examples of a class
 *   L     = loss_weight ( inter_loss_weight inter + intra_loss_weight intra )
 * </pre>
 *
 * <p>Arguments are logits {@code [batch, classes]}, or maps with classes in dimension 1, whose
 * positions are averaged. Values that are all equal correlate with nothing: {@code rho = 0}, so a
 * batch of one example has {@code intra = tau^2} and no gradient from it. {@code intra} is of the
 * worker's own mini-batch.
 *
 * <p>Source: T. Huang, S. You, F. Wang, C. Qian, C. Xu, "Knowledge Distillation from A Stronger
 * Teacher", NeurIPS 2022, arXiv:2205.10536, equations 8 to 10.
 *
 * @param interLossWeight weight of the relations between classes
 * @param intraLossWeight weight of the relations between examples
 * @param tau the temperature
 * @param lossWeight the factor of the loss in the total
 * @param teacherDetach whether no gradient goes to the teacher
 */
public record DISTLoss(
    @Key(value = "Weight of the relations between the classes of an example", def = "1.0")
        double interLossWeight,
    @Key(value = "Weight of the relations between the examples of a class", def = "1.0")
        double intraLossWeight,
    @Key(value = "Temperature that softens both distributions", def = "1.0", above = 0) double tau,
    @Key(value = "Factor of this loss in the total", def = "1.0") double lossWeight,
    @Key(value = "Whether no gradient goes to the teacher", def = "true") boolean teacherDetach)
    implements Loss {
  private static final String STUDENT = "logits_S";
  private static final String TEACHER = "logits_T";

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
    INDArray student = Softmax.of(inputs.array(STUDENT), tau, 1);
    INDArray teacher = Softmax.of(inputs.array(TEACHER), tau, 1);
    Correlation classes = Correlation.of(student, teacher, 1);
    Correlation examples = Correlation.of(student, teacher, 0);
    double inter = lossWeight * interLossWeight * tau * tau;
    double intra = lossWeight * intraLossWeight * tau * tau;
    LossAndGradient result =
        LossAndGradient.of(inter * (1 - classes.mean()) + intra * (1 - examples.mean()))
            .with(
                STUDENT,
                gradient(student, classes.left().muli(inter).addi(examples.left().muli(intra))));
    if (teacherDetach || !inputs.wantsGradient(TEACHER)) {
      return result;
    }
    return result.with(
        TEACHER, gradient(teacher, classes.right().muli(inter).addi(examples.right().muli(intra))));
  }

  private INDArray gradient(INDArray probabilities, INDArray ofMeans) {
    return Softmax.back(probabilities, ofMeans, 1).divi(-tau);
  }
}
