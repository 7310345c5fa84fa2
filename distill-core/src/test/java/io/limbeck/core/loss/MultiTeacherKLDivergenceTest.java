package io.limbeck.core.loss;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.limbeck.core.error.UserException;
import io.limbeck.core.loss.logit.KLDivergence;
import io.limbeck.core.loss.logit.MultiTeacherKLDivergence;
import io.limbeck.core.loss.logit.MultiTeacherKLDivergence.Weighting;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

class MultiTeacherKLDivergenceTest {
  private static final double TAU = 3;
  private static final List<String> TWO = List.of("a", "b");

  private final INDArray student = RandomArrays.of(1, 4, 5);
  private final INDArray a = RandomArrays.of(2, 4, 5).muli(2);
  private final INDArray b = RandomArrays.of(3, 4, 5).muli(2);
  private final INDArray labels = Nd4j.createFromArray(0L, 3L, 1L, 4L);

  /** Each teacher knows two of the examples. */
  @BeforeEach
  void teach() {
    for (int n = 0; n < 4; n++) {
      INDArray knows = n % 2 == 0 ? a : b;
      knows.putScalar(n, labels.getLong(n), 4);
    }
  }

  private LossAndGradient of(Weighting weighting, Double... weights) {
    MultiTeacherKLDivergence loss =
        new MultiTeacherKLDivergence(
            TAU, 2, TWO, weighting, weights.length == 0 ? null : List.of(weights));
    Map<String, Object> inputs = new LinkedHashMap<>();
    inputs.put("preds_S", student);
    inputs.put("preds_a", a);
    inputs.put("preds_b", b);
    inputs.put("gt_labels", labels);
    return loss.lossAndGradient(LossInputs.of(inputs));
  }

  /** The divergence from one teacher, of the whole mini-batch or one example of it. */
  private LossAndGradient divergence(INDArray teacher, int... example) {
    INDArray of = example.length == 0 ? student : student.getRow(example[0], true);
    INDArray from = example.length == 0 ? teacher : teacher.getRow(example[0], true);
    return new KLDivergence(TAU, Reduction.BATCH_MEAN, 2, true, false)
        .lossAndGradient(LossInputs.of(Map.of("preds_S", of, "preds_T", from)));
  }

  private double crossEntropy(INDArray teacher, int example) {
    double sum = 0;
    for (int c = 0; c < 5; c++) {
      sum += Math.exp(teacher.getDouble(example, c));
    }
    return Math.log(sum) - teacher.getDouble(example, labels.getLong(example));
  }

  /** What per-example divergences, weighted, come to. */
  private double weighted(double[][] weights) {
    double sum = 0;
    for (int n = 0; n < 4; n++) {
      sum += weights[n][0] * divergence(a, n).loss() + weights[n][1] * divergence(b, n).loss();
    }
    return sum / 4;
  }

  @Test
  void uniform_isTheMeanOfTheDivergences() {
    LossAndGradient found = of(Weighting.UNIFORM);
    assertThat(found.loss())
        .isCloseTo((divergence(a).loss() + divergence(b).loss()) / 2, within(1e-12));
    INDArray expected =
        divergence(a).gradient("preds_S").add(divergence(b).gradient("preds_S")).divi(2);
    assertThat(found.gradient("preds_S").sub(expected).amaxNumber().doubleValue())
        .isLessThan(1e-12);
  }

  @Test
  void fixed_takesWeightsAsTheyAre() {
    assertThat(of(Weighting.FIXED, 0.3, 2.0).loss())
        .isCloseTo(0.3 * divergence(a).loss() + 2 * divergence(b).loss(), within(1e-12));
  }

  @Test
  void confidence_isLeastWhereATeacherIsWrong() {
    double[][] weights = new double[4][];
    for (int n = 0; n < 4; n++) {
      double ofA = Math.exp(crossEntropy(a, n));
      double ofB = Math.exp(crossEntropy(b, n));
      weights[n] = new double[] {1 - ofA / (ofA + ofB), 1 - ofB / (ofA + ofB)};
      assertThat(weights[n][0] > weights[n][1]).isEqualTo(ofA < ofB);
    }
    assertThat(of(Weighting.CONFIDENCE).loss()).isCloseTo(weighted(weights), within(1e-12));
  }

  @Test
  void lowestCrossEntropy_asksOneTeacherAnExample() {
    double[][] weights = new double[4][];
    int ofA = 0;
    for (int n = 0; n < 4; n++) {
      boolean first = crossEntropy(a, n) < crossEntropy(b, n);
      ofA += first ? 1 : 0;
      weights[n] = first ? new double[] {1, 0} : new double[] {0, 1};
    }
    assertThat(ofA).as("examples of the first teacher").isBetween(1, 3);
    assertThat(of(Weighting.LOWEST_CROSS_ENTROPY).loss())
        .isCloseTo(weighted(weights), within(1e-12));
  }

  @Test
  void oneTeacherAlone_isTheDivergenceFromIt() {
    MultiTeacherKLDivergence alone =
        new MultiTeacherKLDivergence(TAU, 2, List.of("a"), Weighting.CONFIDENCE, null);
    assertThat(
            alone
                .lossAndGradient(
                    LossInputs.of(Map.of("preds_S", student, "preds_a", a, "gt_labels", labels)))
                .loss())
        .isCloseTo(divergence(a).loss(), within(1e-12));
  }

  @Test
  void labels_areAskedForWhereTheyWeigh() {
    assertThat(names(Weighting.UNIFORM)).containsExactly("preds_S", "preds_a", "preds_b");
    assertThat(names(Weighting.CONFIDENCE))
        .containsExactly("preds_S", "preds_a", "preds_b", "gt_labels");
  }

  private static List<String> names(Weighting weighting) {
    return new MultiTeacherKLDivergence(1, 1, TWO, weighting, null)
        .arguments().stream().map(LossArgument::name).toList();
  }

  @Test
  void mistakes_areTold() {
    assertMistake(
        "'weights' of a MultiTeacherKLDivergence is missing: its weighting is fixed",
        TWO,
        Weighting.FIXED,
        null);
    assertMistake(
        "'weights' of a MultiTeacherKLDivergence is given, but its weighting is not fixed",
        TWO,
        Weighting.UNIFORM,
        List.of(1.0, 1.0));
    assertMistake(
        "'weights' of a MultiTeacherKLDivergence is [1.0], but there are 2 teachers, [a, b]",
        TWO,
        Weighting.FIXED,
        List.of(1.0));
    assertMistake(
        "'teachers' of a MultiTeacherKLDivergence is [a, a], but names must differ from one another and from \"S\", the student's",
        List.of("a", "a"),
        Weighting.UNIFORM,
        null);
  }

  private static void assertMistake(
      String message, List<String> teachers, Weighting weighting, List<Double> weights) {
    assertThatThrownBy(() -> new MultiTeacherKLDivergence(1, 1, teachers, weighting, weights))
        .isInstanceOf(UserException.class)
        .hasMessage(message);
  }
}
