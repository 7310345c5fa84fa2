package io.limbeck.core.loss;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.limbeck.core.error.UserException;
import io.limbeck.core.loss.datafree.InformationEntropyLoss;
import io.limbeck.core.loss.feature.L1Loss;
import io.limbeck.core.loss.logit.DISTLoss;
import io.limbeck.core.loss.logit.DKDLoss;
import io.limbeck.core.loss.logit.KDSoftCELoss;
import io.limbeck.core.loss.logit.KLDivergence;
import io.limbeck.core.loss.logit.WSLD;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Values that can be worked out by hand, limits, and what the losses refuse. */
class LogitLossesTest {
  private static final DKDLoss DKD = new DKDLoss(1, 1, 1, Reduction.BATCH_MEAN, 1, false, false);

  private static KLDivergence kl(double tau, Reduction reduction) {
    return new KLDivergence(tau, reduction, 1, true, false);
  }

  private static LossAndGradient apply(Loss loss, INDArray student, INDArray teacher) {
    return loss.lossAndGradient(
        LossInputs.of(
            Map.of(
                loss.arguments().get(0).name(), student, loss.arguments().get(1).name(), teacher)));
  }

  private static Shapes shapes(String first, List<Long> one, String second, List<Long> other) {
    return new Shapes(Map.of(first, List.of(one), second, List.of(other)));
  }

  /** p_T = (3/4, 1/4), p_S = (1/2, 1/2): 3/4 ln(3/2) + 1/4 ln(1/2). */
  @Test
  void kl_byHand() {
    INDArray teacher = Nd4j.createFromArray(new double[][] {{Math.log(3), 0}});
    INDArray student = Nd4j.createFromArray(new double[][] {{0.0, 0.0}});
    LossAndGradient result = apply(kl(1, Reduction.SUM), student, teacher);
    assertThat(result.loss()).isCloseTo(0.75 * Math.log(1.5) + 0.25 * Math.log(0.5), within(1e-15));
    assertThat(result.gradient("preds_S").toDoubleVector())
        .containsExactly(new double[] {-0.25, 0.25}, within(1e-15));
  }

  @Test
  void kl_equalLogits_isZero() {
    INDArray logits = RandomArrays.of(3, 6, 7);
    LossAndGradient result = apply(kl(2, Reduction.BATCH_MEAN), logits, logits);
    assertThat(result.loss()).isCloseTo(0, within(1e-15));
    assertThat(result.gradient("preds_S").amaxNumber().doubleValue()).isLessThan(1e-15);
  }

  @Test
  void kl_logitsFarApart_staysFinite() {
    INDArray student = Nd4j.createFromArray(new float[][] {{1e8f, 2, 3}, {100, 2, -3e7f}});
    INDArray teacher = Nd4j.createFromArray(new float[][] {{1, 2e5f, 3}, {1, 2e9f, 3e9f}});
    LossAndGradient result = apply(kl(4, Reduction.BATCH_MEAN), student, teacher);
    assertThat(result.loss()).isFinite().isPositive();
    assertThat(result.gradient("preds_S").isNaN().any()).isFalse();
  }

  /** Size and offset of the student's logits do not matter once they are standardised. */
  @Test
  void kl_standardised_scaleAndOffsetDoNotMatter() {
    INDArray logits = RandomArrays.of(3, 6, 7);
    KLDivergence loss = new KLDivergence(2, Reduction.BATCH_MEAN, 1, true, true);
    assertThat(apply(loss, logits.mul(3).addi(5), logits).loss()).isCloseTo(0, within(1e-12));
    assertThat(apply(kl(2, Reduction.BATCH_MEAN), logits.mul(3).addi(5), logits).loss())
        .isGreaterThan(0.1);
  }

  /** alpha = 1 and beta = 1 - p_T,y make DKD the KL divergence: equation 7 of the paper. */
  @Test
  void dkd_withThePapersWeights_isKl() {
    INDArray student = RandomArrays.of(1, 1, 5);
    INDArray teacher = RandomArrays.of(2, 1, 5);
    INDArray label = Nd4j.createFromArray(3L);
    INDArray p = io.limbeck.core.math.Softmax.of(teacher, 1, 1);
    DKDLoss loss = new DKDLoss(1, 1, 1 - p.getDouble(0, 3), Reduction.SUM, 1, false, false);
    double decoupled =
        loss.lossAndGradient(
                LossInputs.of(Map.of("preds_S", student, "preds_T", teacher, "gt_labels", label)))
            .loss();
    assertThat(decoupled)
        .isCloseTo(apply(kl(1, Reduction.SUM), student, teacher).loss(), within(1e-12));
  }

  @Test
  void dkd_sureStudent_staysFinite() {
    INDArray student = Nd4j.createFromArray(new float[][] {{500, -500, 0}, {-500, 500, 0}});
    INDArray teacher = Nd4j.createFromArray(new float[][] {{300, 0, 1}, {900, 0, 1}});
    LossAndGradient result =
        DKD.lossAndGradient(
            LossInputs.of(
                Map.of(
                    "preds_S",
                    student,
                    "preds_T",
                    teacher,
                    "gt_labels",
                    Nd4j.createFromArray(0L, 0L))));
    assertThat(result.loss()).isFinite().isPositive();
    assertThat(result.gradient("preds_S").isNaN().any()).isFalse();
  }

  @Test
  void labels_oneHotColumnAndIndices_areTheSame() {
    INDArray student = RandomArrays.of(1, 3, 4);
    INDArray teacher = RandomArrays.of(2, 3, 4);
    INDArray indices = Nd4j.createFromArray(2L, 0L, 3L);
    double expected = dkd(student, teacher, indices);
    INDArray oneHot =
        Nd4j.createFromArray(new double[][] {{0, 0, 1, 0}, {1, 0, 0, 0}, {0, 0, 0, 1}});
    assertThat(dkd(student, teacher, oneHot)).isEqualTo(expected);
    assertThat(dkd(student, teacher, indices.reshape(3, 1))).isEqualTo(expected);
  }

  private static double dkd(INDArray student, INDArray teacher, INDArray labels) {
    return DKD.lossAndGradient(
            LossInputs.of(Map.of("preds_S", student, "preds_T", teacher, "gt_labels", labels)))
        .loss();
  }

  @Test
  void labels_outsideTheClasses() {
    INDArray logits = RandomArrays.of(1, 2, 4);
    assertThatThrownBy(() -> dkd(logits, logits, Nd4j.createFromArray(1L, 4L)))
        .hasMessage("'gt_labels' has labels from 1 to 4 but there are 4 classes");
  }

  @Test
  void dist_constantStudent_correlatesWithNothing() {
    INDArray teacher = RandomArrays.of(1, 3, 4);
    assertThat(
            apply(new DISTLoss(1, 1, 1, 1, true), Nd4j.zeros(teacher.dataType(), 3, 4), teacher)
                .loss())
        .isCloseTo(2, within(1e-12));
    assertThat(apply(new DISTLoss(1, 1, 1, 1, true), teacher, teacher).loss())
        .isCloseTo(0, within(1e-6));
  }

  /** Five classes, all as likely: log10(1/5). */
  @Test
  void entropy_uniform() {
    INDArray logits = Nd4j.zeros(org.nd4j.linalg.api.buffer.DataType.DOUBLE, 3, 5);
    double loss =
        new InformationEntropyLoss(1)
            .lossAndGradient(LossInputs.of(Map.of("preds_T", logits)))
            .loss();
    assertThat(loss).isCloseTo(-0.698970004336, within(1e-12));
  }

  @Test
  void shapeProblem_otherClassCount() {
    assertThat(
            kl(1, Reduction.MEAN)
                .shapeProblem(shapes("preds_S", List.of(10L), "preds_T", List.of(100L))))
        .contains(
            "preds_S has shape [10] but preds_T has shape [100], the two networks must have the same number of classes"
                + " or features");
  }

  @Test
  void shapeProblem_mapsWhereLogitsAreNeeded() {
    assertThat(
            DKD.shapeProblem(
                shapes("preds_S", List.of(3L, 4L, 4L), "preds_T", List.of(3L, 4L, 4L))))
        .contains(
            "preds_S has shape [3, 4, 4], but the loss needs one vector an example, such as logits [classes]");
  }

  @Test
  void shapeProblem_numClasses() {
    assertThat(
            new WSLD(1, 1, 1000)
                .shapeProblem(shapes("student", List.of(10L), "teacher", List.of(10L))))
        .contains("num_classes is 1000 but the logits have 10 classes");
  }

  @Test
  void reduction_notOfThisLoss() {
    assertThatThrownBy(() -> new L1Loss(1, Reduction.BATCH_MEAN))
        .isInstanceOf(UserException.class)
        .hasMessage("'reduction' of a L1Loss is \"batchmean\" but must be one of mean, sum, none");
    assertThatThrownBy(() -> new KDSoftCELoss(1, Reduction.BATCH_MEAN, true, 1))
        .hasMessage(
            "'reduction' of a KDSoftCELoss is \"batchmean\" but must be one of mean, sum, none");
  }
}
