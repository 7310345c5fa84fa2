package io.limbeck.core.loss.logit;

import io.limbeck.core.loss.Loss;
import io.limbeck.core.loss.LossAndGradient;
import io.limbeck.core.loss.LossArgument;
import io.limbeck.core.loss.LossInputs;
import io.limbeck.core.loss.Reduction;
import io.limbeck.core.loss.Shapes;
import io.limbeck.core.math.OneHot;
import io.limbeck.core.math.Softmax;
import io.limbeck.core.schema.Key;
import java.util.List;
import java.util.Optional;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.ops.transforms.Transforms;

/**
 * Decoupled distillation: the KL divergence taken apart into what the target class says and what
 * the other classes say among themselves, each with a weight of its own.
 *
 * <pre>
 *   p_X  = softmax(preds_X / tau)        b_X = [p_X,y ; 1 - p_X,y]
 *   q_X  = softmax of the classes other than y
 *   TCKD = tau^2 reduction KL(b_T || b_S)   NCKD = tau^2 reduction KL(q_T || q_S)
 *   L    = loss_weight ( alpha TCKD + beta NCKD )
 * </pre>
 *
 * <p>Arguments are logits {@code [batch, classes]} and labels. {@code mean} divides by the elements
 * of each divergence, two for TCKD and the classes for NCKD. The teacher receives no gradient.
 *
 * <p>Source: B. Zhao, Q. Cui, R. Song, Y. Qiu, J. Liang, "Decoupled Knowledge Distillation", CVPR
 * 2022, arXiv:2203.08679, equation 7. MMRazor 1.0 passes an argument to PyTorch that turns every
 * reduction but {@code batchmean} into {@code sum}; its published ResNet-18 was trained so, and
 * {@code mmrazor_reduction} gives that back.
 *
 * @param tau the temperature
 * @param alpha weight of the target class' part
 * @param beta weight of the other classes' part
 * @param reduction how the elements become one number
 * @param lossWeight the factor of the loss in the total
 * @param logitStandardization whether the logits are standardised first, as in {@code KLDivergence}
 * @param mmrazorReduction whether mean and none act as sum, as in MMRazor 1.0
 */
public record DKDLoss(
    @Key(value = "Temperature that softens both distributions", def = "1.0", above = 0) double tau,
    @Key(value = "Weight of the target class' part", def = "1.0") double alpha,
    @Key(value = "Weight of the other classes' part", def = "1.0") double beta,
    @Key(
            value =
                "How the elements become one number: batchmean divides the sum by the batch size",
            def = "\"batchmean\"")
        Reduction reduction,
    @Key(value = "Factor of this loss in the total", def = "1.0") double lossWeight,
    @Key(value = "Whether logits are turned into z-scores over the classes first", def = "false")
        boolean logitStandardization,
    @Key(
            value =
                "Whether mean and none act as sum: the defect with which MMRazor's published model was trained",
            def = "false")
        boolean mmrazorReduction)
    implements Loss {
  private static final String STUDENT = "preds_S";
  private static final String TEACHER = "preds_T";
  private static final String LABELS = "gt_labels";

  @Override
  public List<LossArgument> arguments() {
    return List.of(
        LossArgument.student(STUDENT),
        LossArgument.teacher(TEACHER, false),
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
                    .filter(shape -> shape.get(0) < 2)
                    .map(shape -> "preds_S has one class, but the loss needs others beside it"));
  }

  @Override
  public LossAndGradient lossAndGradient(LossInputs inputs) {
    Logits logits = Logits.of(inputs.array(STUDENT), logitStandardization);
    INDArray target = OneHot.of(inputs.labels(LABELS, logits.value().size(1)), logits.value());
    Parts student = Parts.of(logits.value(), target, tau);
    Parts teacher =
        Parts.of(Logits.of(inputs.array(TEACHER), logitStandardization).value(), target, tau);

    long[] shape = target.shape();
    double targetFactor = lossWeight * alpha * factor(shape[0], 2) * tau * tau;
    double otherFactor = lossWeight * beta * factor(shape) * tau * tau;
    INDArray targetShare = Transforms.exp(teacher.logTarget, true);
    INDArray otherShare = Transforms.exp(teacher.logOthers, true);
    double targetLoss =
        targetShare.mul(teacher.logTarget.sub(student.logTarget)).sumNumber().doubleValue()
            + otherShare.mul(teacher.logOthers.sub(student.logOthers)).sumNumber().doubleValue();
    INDArray amongTeacher = Transforms.exp(teacher.logAmongOthers, true);
    double otherLoss =
        amongTeacher
            .mul(teacher.logAmongOthers.sub(student.logAmongOthers))
            .sumNumber()
            .doubleValue();

    INDArray amongStudent = Transforms.exp(student.logAmongOthers, true);
    // d TCKD / d z = (p_S,y - p_T,y) at the target, -(p_S,y - p_T,y) q_S,c at another class c.
    INDArray excess = Transforms.exp(student.logTarget, true).subi(targetShare);
    INDArray gradient = target.sub(amongStudent).muli(excess).muli(targetFactor / tau);
    gradient.addi(amongStudent.subi(amongTeacher).muli(otherFactor / tau));
    return LossAndGradient.of(targetFactor * targetLoss + otherFactor * otherLoss)
        .with(STUDENT, logits.back(gradient));
  }

  private double factor(long... shape) {
    Reduction effective =
        mmrazorReduction && reduction != Reduction.BATCH_MEAN ? Reduction.SUM : reduction;
    return effective.factor(shape);
  }

  /**
   * Logarithms of the probabilities of one network.
   *
   * @param logTarget {@code [batch, 1]}, of the target class
   * @param logOthers {@code [batch, 1]}, of all others together
   * @param logAmongOthers {@code [batch, classes]}, of each among the others; far below zero, and
   *     finite, at the target
   */
  private record Parts(INDArray logTarget, INDArray logOthers, INDArray logAmongOthers) {
    private static final double NEVER = -1e30;

    static Parts of(INDArray logits, INDArray target, double tau) {
      INDArray log = Softmax.log(logits, tau, 1);
      INDArray logTarget = log.mul(target).sum(true, 1);
      INDArray others = log.mul(target.rsub(1)).addi(target.mul(NEVER));
      INDArray largest = others.max(true, 1);
      INDArray logOthers =
          Transforms.log(Transforms.exp(others.sub(largest), false).sum(true, 1), false)
              .addi(largest);
      INDArray among = others.subi(logOthers);
      // At the target the difference of two such numbers times zero must be zero.
      among.muli(target.rsub(1)).addi(target.mul(NEVER));
      return new Parts(logTarget, logOthers, among);
    }
  }
}
