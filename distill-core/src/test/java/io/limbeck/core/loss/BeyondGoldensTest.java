package io.limbeck.core.loss;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.limbeck.core.loss.datafree.DFNDLoss;
import io.limbeck.core.loss.feature.HCLLoss;
import io.limbeck.core.loss.feature.VIDLoss;
import io.limbeck.core.loss.logit.DKDLoss;
import io.limbeck.core.loss.logit.KLDivergence;
import io.limbeck.core.loss.relation.CRDLoss;
import io.limbeck.core.loss.relation.PKTLoss;
import io.limbeck.core.loss.relation.SPLoss;
import io.limbeck.core.network.DataSamples;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Losses beyond the reference, or untested there, against PyTorch's autograd to 1e-9. */
class BeyondGoldensTest {
  private static final Goldens GOLDENS = Goldens.BEYOND;
  private static final long[] A = {4, 5};
  private static final long[] B = {2, 3, 4, 4};
  private static final long[] BIG = {2, 2, 6, 5};
  private static final long[] CRD = {4, 3};
  private static final int[] OWN = {5, 2, 0, 7};
  private static final int[][] ROWS = {{5, 0, 1, 2}, {2, 8, 8, 7}, {0, 1, 3, 4}, {7, 6, 6, 0}};
  private static final Map<String, Case> CASES = cases();

  /** Parameter: the golden input of the loss' parameter, by the loss' name for it. */
  private record Case(
      Loss loss, String input, long[] shape, String parameter, String golden, long[] size) {}

  private static Map<String, Case> cases() {
    Map<String, Case> cases = new LinkedHashMap<>();
    put(
        cases,
        "KLDivergence(tau=2, logit_standardization)",
        new KLDivergence(2, Reduction.BATCH_MEAN, 1, true, true),
        "A",
        A);
    put(
        cases,
        "DKDLoss(tau=2, alpha=1, beta=8, logit_standardization)",
        new DKDLoss(2, 1, 8, Reduction.BATCH_MEAN, 1, true, false),
        "A",
        A);
    put(
        cases,
        "DKDLoss(tau=3, alpha=0.7, beta=2)",
        new DKDLoss(3, 0.7, 2, Reduction.BATCH_MEAN, 1, false, false),
        "A",
        A);
    put(cases, "SPLoss() on A", new SPLoss(3000), "A", A);
    put(cases, "SPLoss(loss_weight=1) on B", new SPLoss(1), "B", B);
    put(cases, "PKTLoss() on A", new PKTLoss(1), "A", A);
    put(cases, "PKTLoss() on B", new PKTLoss(1), "B", B);
    put(cases, "HCLLoss() on B", new HCLLoss(1), "B", B);
    put(cases, "HCLLoss() 6x5", new HCLLoss(1), "big", BIG);
    VIDLoss vid = new VIDLoss(1, 5, 1e-5);
    cases.put("VIDLoss() on A", new Case(vid, "A", A, "alpha", "alpha5", new long[] {5}));
    cases.put("VIDLoss() on B", new Case(vid, "B", B, "alpha", "alpha3", new long[] {3}));
    DFNDLoss four = new DFNDLoss(4, Reduction.BATCH_MEAN, 1, true, null, 0.95, 0.5);
    DFNDLoss one = new DFNDLoss(1, Reduction.BATCH_MEAN, 1, true, null, 0.6, 1);
    long[] noise = {5, 4};
    cases.put("DFNDLoss(tau=4)", new Case(four, "A", A, "noise", "noise", noise));
    cases.put(
        "DFNDLoss(tau=1, teacher_acc=0.6, batch_select=1)",
        new Case(one, "A", A, "noise", "noise", noise));
    put(cases, "CRDLoss() first batch", new CRDLoss(1, 0.07, 3, 9, 3, 0.5, 1e-7), "crd", CRD);
    put(
        cases,
        "CRDLoss(temperature=0.5) z set",
        new CRDLoss(1, 0.5, 3, 9, 3, 0.5, 1e-7),
        "crd",
        CRD);
    return cases;
  }

  private static void put(
      Map<String, Case> cases, String name, Loss loss, String input, long[] shape) {
    cases.put(name, new Case(loss, input, shape, null, null, null));
  }

  static Iterable<String> names() {
    return GOLDENS.names();
  }

  @ParameterizedTest
  @MethodSource("names")
  void lossAndGradient_golden(String name) {
    Case golden = CASES.get(name);
    assertThat(golden).as("a case for " + name).isNotNull();
    Map<String, Object> values = new LinkedHashMap<>();
    for (LossArgument argument : golden.loss.arguments()) {
      values.put(argument.name(), value(argument, golden));
    }
    if (golden.parameter != null) {
      values.put(golden.parameter, GOLDENS.input(golden.golden, golden.size));
    }
    LossInputs inputs =
        LossInputs.of(values)
            .withState(banks(name.endsWith("z set") ? new double[] {11, 7} : null));
    LossAndGradient result = golden.loss.lossAndGradient(inputs);

    double expected = GOLDENS.loss(name);
    assertThat(result.loss()).isCloseTo(expected, within(1e-9 * Math.abs(expected)));
    assertGradient(name, "grad_student", result, golden.loss.arguments().get(0), golden.shape);
    LossArgument second = golden.loss.arguments().get(1);
    if (second.differentiable()) {
      assertGradient(name, "grad_teacher", result, second, golden.shape);
    }
    if (golden.parameter != null) {
      assertClose(
          result.gradient(golden.parameter), GOLDENS.gradient(name, "grad_parameter", golden.size));
    }
  }

  private static Object value(LossArgument argument, Case golden) {
    return switch (argument.kind()) {
      case LABELS -> GOLDENS.input("A_labels", 4);
      case SAMPLES -> new DataSamples(null, OWN, ROWS);
      default ->
          GOLDENS.input(
              golden.input
                  + (argument.side() == io.limbeck.core.network.Side.STUDENT
                      ? "_student"
                      : "_teacher"),
              golden.shape);
    };
  }

  private static LossState banks(double[] constants) {
    double[] z = constants == null ? new double[] {-1, -1} : constants;
    Map<String, INDArray> arrays = new LinkedHashMap<>();
    arrays.put(CRDLoss.STUDENT_BANK, GOLDENS.input("bank_student", 9, 3));
    arrays.put(CRDLoss.TEACHER_BANK, GOLDENS.input("bank_teacher", 9, 3));
    arrays.put(CRDLoss.CONSTANTS, Nd4j.createFromArray(new double[][] {{z[0]}, {z[1]}}));
    return new LossState(arrays);
  }

  private static void assertGradient(
      String name, String key, LossAndGradient result, LossArgument argument, long[] shape) {
    assertClose(result.gradient(argument.name()), GOLDENS.gradient(name, key, shape));
  }

  private static void assertClose(INDArray found, INDArray expected) {
    double scale = expected.amaxNumber().doubleValue();
    assertThat(found.sub(expected).amaxNumber().doubleValue()).isLessThan(1e-9 * scale);
  }

  /** Row 5 of the bank and the first embedding, half and half, scaled to length one. */
  @Test
  void crd_remembersEmbeddings() {
    LossState state = banks(null);
    INDArray student = GOLDENS.input("crd_student", CRD);
    CRDLoss loss = new CRDLoss(1, 0.07, 3, 9, 3, 0.5, 1e-7);
    LossInputs inputs =
        LossInputs.of(
                Map.of(
                    "s_feats",
                    student,
                    "t_feats",
                    GOLDENS.input("crd_teacher", CRD),
                    "data_samples",
                    new DataSamples(null, OWN, ROWS)))
            .withState(state);
    INDArray before = state.arrays().get(CRDLoss.STUDENT_BANK).dup();
    LossAndGradient first = loss.lossAndGradient(inputs);
    assertThat(state.arrays().get(CRDLoss.STUDENT_BANK)).isEqualTo(before);

    state.apply(first.change());

    INDArray mixed = before.getRow(5).add(student.getRow(0)).div(2);
    INDArray expected = mixed.div(mixed.norm2Number());
    assertClose(state.arrays().get(CRDLoss.STUDENT_BANK).getRow(5), expected);
    assertThat(state.arrays().get(CRDLoss.STUDENT_BANK).getRow(1)).isEqualTo(before.getRow(1));
    double z = state.arrays().get(CRDLoss.CONSTANTS).getDouble(0);
    assertThat(z).isPositive();
    assertThat(loss.lossAndGradient(inputs).change().rows())
        .containsOnlyKeys(CRDLoss.STUDENT_BANK, CRDLoss.TEACHER_BANK);
  }
}
