package io.limbeck.core.loss.datafree;

import io.limbeck.core.loss.Loss;
import io.limbeck.core.loss.LossAndGradient;
import io.limbeck.core.loss.LossArgument;
import io.limbeck.core.loss.LossInputs;
import io.limbeck.core.loss.LossParameter;
import io.limbeck.core.loss.Reduction;
import io.limbeck.core.loss.Shapes;
import io.limbeck.core.math.OneHot;
import io.limbeck.core.math.Softmax;
import io.limbeck.core.schema.Key;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.ops.transforms.Transforms;

/**
 * Data-free noisy distillation, for unlabelled images found in the wild: the student follows the
 * teacher where it is sure, and its guessed labels through a learnt noise matrix everywhere.
 *
 * <pre>
 *   y_n  = argmax preds_T,  kept = the floor(batch_select * batch) examples with the smallest
 *          cross-entropy of preds_T with y
 *   KD   = tau^2 reduction over kept of p_T (log p_T - log p_S),  batchmean divides by the batch size
 *   Q    = teacher_acc on the diagonal, (1 - teacher_acc) softmax(noise row) beside it
 *   CE   = mean_n -log( (softmax(preds_S) Q)[y_n] )
 *   L    = loss_weight (KD + CE)
 * </pre>
 *
 * <p>Arguments are logits {@code [batch, classes]}. {@code noise}, {@code [classes, classes - 1]},
 * is learnt along with the student.
 *
 * <p>Source: H. Chen et al., "Learning Student Networks in the Wild", CVPR 2021; the form of
 * MMRazor's pull request 586.
 *
 * @param tau the temperature
 * @param reduction how the kept elements become one number
 * @param lossWeight the factor of the loss in the total
 * @param teacherDetach whether no gradient goes to the teacher
 * @param numClasses classes; null for as many as the logits have
 * @param teacherAcc how often the teacher is believed to be right
 * @param batchSelect the share of examples that is kept
 */
public record DFNDLoss(
    @Key(value = "Temperature that softens both distributions", def = "1.0", above = 0) double tau,
    @Key(
            value =
                "How the kept elements become one number: batchmean divides by the whole batch size",
            def = "\"batchmean\"")
        Reduction reduction,
    @Key(value = "Factor of this loss in the total", def = "1.0") double lossWeight,
    @Key(value = "Whether no gradient goes to the teacher", def = "true") boolean teacherDetach,
    @Key(
            value =
                "Number of classes, checked against the logits; by default as many as they have",
            optional = true,
            min = 2)
        Integer numClasses,
    @Key(value = "How often the teacher is believed to be right", def = "0.95", above = 0, max = 1)
        double teacherAcc,
    @Key(value = "Share of the mini-batch that is kept", def = "0.5", min = 0, max = 1)
        double batchSelect)
    implements Loss {
  private static final String STUDENT = "preds_S";
  private static final String TEACHER = "preds_T";
  private static final String NOISE = "noise";

  @Override
  public List<LossArgument> arguments() {
    return List.of(LossArgument.student(STUDENT), LossArgument.teacher(TEACHER, !teacherDetach));
  }

  @Override
  public List<LossParameter> parameters(Shapes shapes) {
    return shapes
        .of(STUDENT)
        .map(shape -> shape.get(0))
        .map(c -> List.of(new LossParameter(NOISE, List.of(c, c - 1), 0)))
        .orElse(List.of());
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
    INDArray s = inputs.array(STUDENT);
    INDArray t = inputs.array(TEACHER);
    INDArray guessed = OneHot.of(Nd4j.argMax(t, 1), t);
    INDArray kept = surest(Softmax.log(t, 1, 1).mul(guessed).sum(true, 1));

    INDArray logStudent = Softmax.log(s, tau, 1);
    INDArray logTeacher = Softmax.log(t, tau, 1);
    INDArray target = Transforms.exp(logTeacher, true);
    INDArray logRatio = logTeacher.subi(logStudent);
    INDArray elements = logRatio.mul(target).muli(kept);
    double factor = lossWeight * reduction.factor(s.shape());
    INDArray ofStudent =
        Transforms.exp(logStudent, false).subi(target).muli(kept).muli(factor * tau);

    NoisyLabels noisy = NoisyLabels.of(s, guessed, inputs.array(NOISE), teacherAcc);
    ofStudent.addi(noisy.studentGradient().muli(lossWeight));
    LossAndGradient result =
        LossAndGradient.of(
                factor * tau * tau * elements.sumNumber().doubleValue() + lossWeight * noisy.loss())
            .with(STUDENT, ofStudent)
            .with(NOISE, noisy.noiseGradient().muli(lossWeight));
    if (teacherDetach || !inputs.wantsGradient(TEACHER)) {
      return result;
    }
    INDArray mean = elements.sum(true, 1);
    return result.with(TEACHER, logRatio.muli(kept).subi(mean).muli(target).muli(factor * tau));
  }

  /** {@code [batch, 1]}, one for each kept example; the earlier one where two are as sure. */
  private INDArray surest(INDArray logLikelihood) {
    double[] sureness = logLikelihood.toDoubleVector();
    Integer[] order = IntStream.range(0, sureness.length).boxed().toArray(Integer[]::new);
    Arrays.sort(order, Comparator.comparingDouble((Integer n) -> -sureness[n]));
    double[] kept = new double[sureness.length];
    for (int i = 0; i < (int) (batchSelect * sureness.length); i++) {
      kept[order[i]] = 1;
    }
    return Nd4j.createFromArray(kept).reshape(kept.length, 1).castTo(logLikelihood.dataType());
  }
}
