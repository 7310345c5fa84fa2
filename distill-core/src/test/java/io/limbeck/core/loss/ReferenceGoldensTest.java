package io.limbeck.core.loss;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.limbeck.core.loss.datafree.ActivationLoss;
import io.limbeck.core.loss.datafree.InformationEntropyLoss;
import io.limbeck.core.loss.datafree.OnehotLikeLoss;
import io.limbeck.core.loss.feature.ABLoss;
import io.limbeck.core.loss.feature.ATLoss;
import io.limbeck.core.loss.feature.ChannelWiseDivergence;
import io.limbeck.core.loss.feature.FBKDLoss;
import io.limbeck.core.loss.feature.FTLoss;
import io.limbeck.core.loss.feature.L1Loss;
import io.limbeck.core.loss.feature.L2Loss;
import io.limbeck.core.loss.feature.MGDLoss;
import io.limbeck.core.loss.feature.OFDLoss;
import io.limbeck.core.loss.feature.PKDLoss;
import io.limbeck.core.loss.logit.CrossEntropyLoss;
import io.limbeck.core.loss.logit.DISTLoss;
import io.limbeck.core.loss.logit.DKDLoss;
import io.limbeck.core.loss.logit.KDSoftCELoss;
import io.limbeck.core.loss.logit.KLDivergence;
import io.limbeck.core.loss.logit.WSLD;
import io.limbeck.core.loss.relation.AngleWiseRKD;
import io.limbeck.core.loss.relation.DistanceWiseRKD;
import io.limbeck.core.math.Softmax;
import io.limbeck.core.network.Side;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.ops.transforms.Transforms;

/** Every golden case of the reference framework, value and full gradients, to 1e-9. */
class ReferenceGoldensTest {
  private static final Goldens GOLDENS = Goldens.REFERENCE;
  private static final long[] A = {4, 5};
  private static final long[] B = {2, 3, 4, 4};
  private static final long[] C = {2, 3, 2, 2};
  private static final Map<String, Case> CASES = cases();

  private record Case(Loss loss, String input, long[] student, long[] teacher) {}

  private static Map<String, Case> cases() {
    Map<String, Case> cases = new LinkedHashMap<>();
    Reduction batchMean = Reduction.BATCH_MEAN;
    onA(cases, "KLDivergence()", kl(1, batchMean, 1, true));
    onA(cases, "KLDivergence(tau=4)", kl(4, batchMean, 1, true));
    onA(cases, "KLDivergence(tau=4,reduction='mean')", kl(4, Reduction.MEAN, 1, true));
    onA(
        cases,
        "KLDivergence(tau=1,loss_weight=-2,reduction='mean',teacher_detach=False)",
        kl(1, Reduction.MEAN, -2, false));
    onA(cases, "KDSoftCELoss()", new KDSoftCELoss(1, Reduction.MEAN, true, 1));
    onA(cases, "KDSoftCELoss(tau=4)", new KDSoftCELoss(4, Reduction.MEAN, true, 1));
    onA(cases, "KDSoftCELoss(tau=4,reduction='sum')", new KDSoftCELoss(4, Reduction.SUM, true, 1));
    onA(cases, "CrossEntropyLoss() [deit hard]", new CrossEntropyLoss(1));
    onA(cases, "DKDLoss()", dkd(1, 1, 1, batchMean, false));
    onA(cases, "DKDLoss(tau=1,beta=0.5,reduction='mean')", dkd(1, 1, 0.5, Reduction.MEAN, true));
    onA(cases, "DKDLoss(tau=4,alpha=1,beta=0)", dkd(4, 1, 0, batchMean, false));
    onA(cases, "DKDLoss(tau=4,alpha=0,beta=1)", dkd(4, 0, 1, batchMean, false));
    onA(cases, "DISTLoss()", new DISTLoss(1, 1, 1, 1, true));
    onA(cases, "DISTLoss(inter=1,intra=0)", new DISTLoss(1, 0, 1, 1, true));
    onA(cases, "DISTLoss(inter=0,intra=1)", new DISTLoss(0, 1, 1, 1, true));
    onA(cases, "DISTLoss(1,1,tau=1,loss_weight=2)", new DISTLoss(1, 1, 1, 2, true));
    onA(cases, "WSLD(num_classes=5)", new WSLD(1, 1, 5));
    onA(cases, "DistanceWiseRKD()", new DistanceWiseRKD(25, true));
    onA(cases, "AngleWiseRKD()", new AngleWiseRKD(50, true));
    onA(cases, "L1Loss()", new L1Loss(1, Reduction.MEAN));
    onA(cases, "L1Loss(loss_weight=-1)", new L1Loss(-1, Reduction.MEAN));
    onA(cases, "OnehotLikeLoss() on T", new OnehotLikeLoss(1));
    onA(cases, "InformationEntropyLoss() on T", new InformationEntropyLoss(1));
    onA(cases, "ActivationLoss('abs') on T", new ActivationLoss(1, ActivationLoss.NormType.ABS));
    onB(cases, "L2Loss()", new L2Loss(1, true, 1, false, false));
    onB(cases, "L2Loss(loss_weight=10)", new L2Loss(10, true, 1, false, false));
    onB(cases, "L2Loss(normalize=False)", new L2Loss(1, false, 1, false, false));
    onB(cases, "L2Loss(normalize=False,dist=True)", new L2Loss(1, false, 1, false, true));
    onB(cases, "ATLoss()", new ATLoss(1));
    onB(cases, "ATLoss(loss_weight=250)", new ATLoss(250));
    onB(cases, "ABLoss()", new ABLoss(1, 1));
    onB(cases, "FTLoss()", new FTLoss(1));
    onB(cases, "OFDLoss()", new OFDLoss(1, 1000));
    onB(cases, "ChannelWiseDivergence()", new ChannelWiseDivergence(1, 1));
    onB(cases, "PKDLoss()", new PKDLoss(1, true));
    onB(cases, "MGDLoss()", new MGDLoss(2e-5));
    onB(cases, "DistanceWiseRKD() on B (N=2)", new DistanceWiseRKD(25, true));
    onB(cases, "AngleWiseRKD() on B (N=2)", new AngleWiseRKD(50, true));
    onB(cases, "KLDivergence() on B (dim=1 softmax, NCHW)", kl(1, batchMean, 1, true));
    onB(cases, "L1Loss() on B", new L1Loss(1, Reduction.MEAN));
    cases.put("PKDLoss() S 2x2 -> resize to T 4x4", new Case(new PKDLoss(1, true), "C", C, B));
    return cases;
  }

  private static void onA(Map<String, Case> cases, String name, Loss loss) {
    cases.put(name, new Case(loss, "A", A, A));
  }

  private static void onB(Map<String, Case> cases, String name, Loss loss) {
    cases.put(name, new Case(loss, "B", B, B));
  }

  private static KLDivergence kl(double tau, Reduction reduction, double weight, boolean detach) {
    return new KLDivergence(tau, reduction, weight, detach, false);
  }

  private static DKDLoss dkd(
      double tau, double alpha, double beta, Reduction reduction, boolean asPublished) {
    return new DKDLoss(tau, alpha, beta, reduction, 1, false, asPublished);
  }

  static List<String> names() {
    return GOLDENS.names();
  }

  @ParameterizedTest
  @MethodSource("names")
  void lossAndGradient_golden(String name) {
    Case golden = CASES.get(name);
    assertThat(golden).as("a case for " + name).isNotNull();
    Map<String, Object> values = new LinkedHashMap<>();
    for (LossArgument argument : golden.loss.arguments()) {
      switch (argument.name()) {
        case "gt_labels" -> values.put("gt_labels", GOLDENS.input("A_labels", 4));
        case "weight", "avg_factor" -> {
          // Optional, and not part of these cases.
        }
        default ->
            values.put(
                argument.name(),
                argument.side() == Side.STUDENT
                    ? GOLDENS.input(golden.input + "_student", golden.student)
                    : GOLDENS.input(teacherInput(golden.input), golden.teacher));
      }
    }
    LossAndGradient result = golden.loss.lossAndGradient(LossInputs.of(values));

    double expected = GOLDENS.loss(name);
    assertThat(result.loss())
        .isCloseTo(expected, within(Math.max(1e-9 * Math.abs(expected), 1e-15)));
    String first = golden.loss.arguments().get(0).name();
    assertClose(result.gradient(first), GOLDENS.gradient(name, "grad_student", golden.student));
    INDArray ofTeacher = GOLDENS.gradient(name, "grad_teacher", golden.teacher);
    if (ofTeacher != null) {
      assertClose(result.gradient(golden.loss.arguments().get(1).name()), ofTeacher);
    }
  }

  /** The file's C has a student of its own and B's teacher. */
  private static String teacherInput(String input) {
    return "C".equals(input) ? "B_teacher" : input + "_teacher";
  }

  private static void assertClose(INDArray found, INDArray expected) {
    double scale = Math.max(expected.amaxNumber().doubleValue(), 1e-6);
    assertThat(found.sub(expected).amaxNumber().doubleValue()).isLessThan(1e-9 * scale);
  }

  /** The reference notes' table of KDSoftCELoss with weights, not part of the file. */
  @Test
  void softCrossEntropy_weightsAndDivisor() {
    INDArray student = GOLDENS.input("A_student", A);
    INDArray teacher = GOLDENS.input("A_teacher", A);
    INDArray weight = Nd4j.createFromArray(1.0, 0.0, 2.0, 0.5);
    KDSoftCELoss loss = new KDSoftCELoss(1, Reduction.MEAN, true, 1);
    assertThat(
            loss.lossAndGradient(
                    LossInputs.of(Map.of("preds_S", student, "preds_T", teacher, "weight", weight)))
                .loss())
        .isCloseTo(2.4298205325, within(1e-10));
    assertThat(
            loss.lossAndGradient(
                    LossInputs.of(
                        Map.of(
                            "preds_S",
                            student,
                            "preds_T",
                            teacher,
                            "weight",
                            weight,
                            "avg_factor",
                            3.5)))
                .loss())
        .isCloseTo(2.7769377514, within(1e-10));
  }

  /** The reference notes' value of FBKDLoss with identities in place of all learnt parts. */
  @Test
  void fbkd_identities() {
    INDArray s = GOLDENS.input("B_student", B);
    INDArray t = GOLDENS.input("B_teacher", B);
    LossAndGradient result =
        new FBKDLoss(7e-5, 4e-3, 4e-3, 7e-5, 1)
            .lossAndGradient(
                LossInputs.of(
                    Map.of(
                        "s_input",
                        List.of(
                            spatialMask(s),
                            spatialMask(s),
                            s.mean(true, 2, 3),
                            s.mean(true, 1),
                            s,
                            s),
                        "t_input",
                        List.of(spatialMask(t), spatialMask(t), t.mean(true, 1), t, t))));
    assertThat(result.loss()).isCloseTo(0.026386638656389, within(1e-9 * 0.026));
    List<INDArray> gradients = result.gradients().get("s_input");
    INDArray ofS =
        gradients
            .get(5)
            .add(gradients.get(4))
            .add(gradients.get(2).div(16))
            .add(gradients.get(3).div(3));
    assertThat(Transforms.abs(ofS).sumNumber().doubleValue())
        .isCloseTo(0.0222696572696, within(1e-9 * 0.02));
  }

  /** HW softmax_hw(mean_c |x| / 0.5). */
  private static INDArray spatialMask(INDArray x) {
    INDArray mean = Transforms.abs(x).mean(true, 1);
    return Softmax.of(mean, 0.5, 2, 3).mul(16);
  }
}
