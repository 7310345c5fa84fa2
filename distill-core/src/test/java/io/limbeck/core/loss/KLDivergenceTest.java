package io.limbeck.core.loss;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

class KLDivergenceTest {
  private static final long[] A = {4, 5};
  private static final long[] B = {2, 3, 4, 4};

  private static KLDivergence kl(double tau, Reduction reduction, double weight, boolean detach) {
    return new KLDivergence(tau, reduction, weight, detach);
  }

  static Stream<Arguments> goldens() {
    return Stream.of(
        Arguments.of("KLDivergence()", kl(1, Reduction.BATCH_MEAN, 1, true), "A", A),
        Arguments.of("KLDivergence(tau=4)", kl(4, Reduction.BATCH_MEAN, 1, true), "A", A),
        Arguments.of(
            "KLDivergence(tau=4,reduction='mean')", kl(4, Reduction.MEAN, 1, true), "A", A),
        Arguments.of(
            "KLDivergence(tau=1,loss_weight=-2,reduction='mean',teacher_detach=False)",
            kl(1, Reduction.MEAN, -2, false),
            "A",
            A),
        Arguments.of(
            "KLDivergence() on B (dim=1 softmax, NCHW)",
            kl(1, Reduction.BATCH_MEAN, 1, true),
            "B",
            B));
  }

  @ParameterizedTest
  @MethodSource("goldens")
  void lossAndGradient_golden(String name, KLDivergence loss, String input, long[] shape) {
    Goldens.Case golden = Goldens.find(name, shape);
    LossAndGradient result =
        loss.lossAndGradient(
            Map.of(
                "preds_S", Goldens.input(input + "_student", shape),
                "preds_T", Goldens.input(input + "_teacher", shape)));

    assertThat(result.loss()).isCloseTo(golden.loss(), within(1e-9 * Math.abs(golden.loss())));
    assertClose(result.gradients().get("preds_S"), golden.studentGradient());
    if (golden.teacherGradient() != null) {
      assertClose(result.gradients().get("preds_T"), golden.teacherGradient());
    }
  }

  private static void assertClose(INDArray found, INDArray expected) {
    double scale = expected.amaxNumber().doubleValue();
    assertThat(found.sub(expected).amaxNumber().doubleValue()).isLessThan(1e-9 * scale);
  }

  static Stream<Arguments> shapes() {
    return Stream.of(
            new long[] {1, 2},
            new long[] {2, 3},
            new long[] {5, 10},
            new long[] {3, 1},
            new long[] {2, 4, 3},
            new long[] {1, 3, 2, 2},
            new long[] {2, 3, 3, 1})
        .flatMap(
            shape ->
                Stream.of(Reduction.values()).map(reduction -> Arguments.of(shape, reduction)));
  }

  @ParameterizedTest
  @MethodSource("shapes")
  void gradient_matchesDifferences(long[] shape, Reduction reduction) {
    Map<String, INDArray> values = Map.of("preds_S", random(1, shape), "preds_T", random(2, shape));
    GradientCheck.check(kl(1, reduction, 1, false), values);
    GradientCheck.check(kl(3.5, reduction, 0.7, true), values);
  }

  @Test
  void loss_equalLogits_isZero() {
    INDArray logits = random(3, 6, 7);
    LossAndGradient result =
        kl(2, Reduction.BATCH_MEAN, 1, true)
            .lossAndGradient(Map.of("preds_S", logits, "preds_T", logits));
    assertThat(result.loss()).isCloseTo(0, within(1e-15));
    assertThat(result.gradients().get("preds_S").amaxNumber().doubleValue()).isLessThan(1e-15);
  }

  /** p_T = (3/4, 1/4), p_S = (1/2, 1/2): 3/4 ln(3/2) + 1/4 ln(1/2). */
  @Test
  void loss_byHand() {
    INDArray teacher = Nd4j.createFromArray(new double[][] {{Math.log(3), 0}});
    INDArray student = Nd4j.createFromArray(new double[][] {{0.0, 0.0}});
    LossAndGradient result =
        kl(1, Reduction.SUM, 1, true)
            .lossAndGradient(Map.of("preds_S", student, "preds_T", teacher));
    assertThat(result.loss()).isCloseTo(0.75 * Math.log(1.5) + 0.25 * Math.log(0.5), within(1e-15));
    assertThat(result.gradients().get("preds_S").toDoubleVector())
        .containsExactly(new double[] {-0.25, 0.25}, within(1e-15));
  }

  @Test
  void loss_logitsFarApart_staysFinite() {
    INDArray student = Nd4j.createFromArray(new float[][] {{1e8f, 2, 3}, {100, 2, -3e7f}});
    INDArray teacher = Nd4j.createFromArray(new float[][] {{1, 2e5f, 3}, {1, 2e9f, 3e9f}});
    LossAndGradient result =
        kl(4, Reduction.BATCH_MEAN, 1, true)
            .lossAndGradient(Map.of("preds_S", student, "preds_T", teacher));
    assertThat(result.loss()).isFinite().isPositive();
    assertThat(result.gradients().get("preds_S").isNaN().any()).isFalse();
  }

  @Test
  void lossAndGradient_leavesArgumentsAlone() {
    INDArray student = random(1, 4, 3);
    INDArray teacher = random(2, 4, 3);
    INDArray studentBefore = student.dup();
    INDArray teacherBefore = teacher.dup();
    kl(2, Reduction.MEAN, 1, false).lossAndGradient(Map.of("preds_S", student, "preds_T", teacher));
    assertThat(student.equalsWithEps(studentBefore, 0)).isTrue();
    assertThat(teacher.equalsWithEps(teacherBefore, 0)).isTrue();
  }

  @Test
  void floatAndDouble_agree() {
    INDArray student = random(1, 8, 10);
    INDArray teacher = random(2, 8, 10);
    KLDivergence loss = kl(4, Reduction.BATCH_MEAN, 1, true);
    double exact = loss.lossAndGradient(Map.of("preds_S", student, "preds_T", teacher)).loss();
    double single =
        loss.lossAndGradient(
                Map.of(
                    "preds_S",
                    student.castTo(DataType.FLOAT),
                    "preds_T",
                    teacher.castTo(DataType.FLOAT)))
            .loss();
    assertThat(single).isCloseTo(exact, within(1e-5 * exact));
  }

  @Test
  void shapeProblem_otherClassCount() {
    assertThat(
            kl(1, Reduction.MEAN, 1, true)
                .shapeProblem(Map.of("preds_S", List.of(10L), "preds_T", List.of(100L))))
        .contains(
            "preds_S has shape [10] but preds_T has shape [100], the two networks must have the same number of classes");
  }

  private static INDArray random(int seed, long... shape) {
    int length = (int) java.util.Arrays.stream(shape).reduce(1, (a, b) -> a * b);
    return Nd4j.createFromArray(new java.util.Random(seed).doubles(length, -3, 3).toArray())
        .reshape('c', shape);
  }
}
