package io.limbeck.core.distiller;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.limbeck.core.connector.Connector;
import io.limbeck.core.connector.ConnectorChain;
import io.limbeck.core.delivery.DeliveryConfig;
import io.limbeck.core.error.UserException;
import io.limbeck.core.loss.Loss;
import io.limbeck.core.loss.LossInputs;
import io.limbeck.core.loss.Reduction;
import io.limbeck.core.loss.feature.L2Loss;
import io.limbeck.core.loss.feature.VIDLoss;
import io.limbeck.core.loss.logit.DKDLoss;
import io.limbeck.core.loss.logit.KLDivergence;
import io.limbeck.core.network.DataSamples;
import io.limbeck.core.network.ForwardPass;
import io.limbeck.core.network.NetworkDescription;
import io.limbeck.core.network.Side;
import io.limbeck.core.network.Vertex;
import io.limbeck.core.recorder.ModuleInputs;
import io.limbeck.core.recorder.ModuleOutputs;
import io.limbeck.core.recorder.Parameter;
import io.limbeck.core.recorder.Recorder;
import io.limbeck.core.recorder.Recording;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

class DistillerTest {
  private static final NetworkDescription NETWORK =
      new NetworkDescription(
          "input",
          List.of(1L, 8L, 8L),
          List.of(
              vertex("backbone.relu", "input", 4L, 8L, 8L),
              vertex("backbone.relu#1", "backbone.relu", 6L, 4L, 4L),
              new Vertex(
                  "head.fc",
                  "Dense",
                  List.of(3L),
                  List.of("backbone.relu#1"),
                  List.of(Vertex.Parameter.of("head.fc/W", 96, 3)))),
          "head.fc",
          "head.loss_module");
  private static final KLDivergence KL = new KLDivergence(1, Reduction.BATCH_MEAN, 1, true, false);
  private static final L2Loss L2 = new L2Loss(1, false, 1, false, false);

  private final Map<String, Recorder> student =
      new LinkedHashMap<>(Map.of("fc", new ModuleOutputs("head.fc")));
  private final Map<String, Recorder> teacher =
      new LinkedHashMap<>(Map.of("fc", new ModuleOutputs("head.fc")));
  private final Map<String, DeliveryConfig> deliveries = new LinkedHashMap<>();
  private final Map<String, ConnectorChain> connectors = new LinkedHashMap<>();
  private final Map<String, Loss> losses = new LinkedHashMap<>(Map.of("loss_kl", KL));
  private final Map<String, Map<String, RecordReference>> mappings = new LinkedHashMap<>();
  private final Map<String, WeightSchedule> schedules = new LinkedHashMap<>();

  DistillerTest() {
    map("loss_kl", "preds_S", from(Side.STUDENT, "fc"));
    map("loss_kl", "preds_T", from(Side.TEACHER, "fc"));
  }

  /** Makes some number of outputs of the input's shape, with the channels doubled. */
  private record Doubling(int count, boolean trainable, List<Output> others) implements Connector {
    @Override
    public List<List<Long>> outputs(List<List<Long>> inputs) {
      if (inputs.get(0).size() != 3) {
        throw new IllegalArgumentException("it needs maps");
      }
      List<Long> shape = inputs.get(0);
      List<Long> doubled = List.of(2 * shape.get(0), shape.get(1), shape.get(2));
      return java.util.Collections.nCopies(count, doubled);
    }
  }

  private static Vertex vertex(String name, String input, Long... shape) {
    return new Vertex(name, "Activation", List.of(shape), List.of(input), List.of());
  }

  private static RecordReference from(Side side, String recorder) {
    return RecordReference.of(side, recorder);
  }

  private static RecordReference item(Side side, String recorder, int record, Integer data) {
    return new RecordReference(recorder, side == Side.STUDENT, record, data, null, null);
  }

  private void map(String loss, String argument, RecordReference reference) {
    mappings.computeIfAbsent(loss, key -> new LinkedHashMap<>()).put(argument, reference);
  }

  private Distiller distiller() {
    return new Distiller(
        new DistillerConfig.ConfigurableDistiller(
            student, teacher, deliveries, connectors, losses, mappings, schedules),
        "d",
        NETWORK,
        NETWORK);
  }

  private void assertProblem(String... messages) {
    assertThatThrownBy(this::distiller)
        .isInstanceOfSatisfying(
            UserException.class, e -> assertThat(e.problems()).containsExactly(messages));
  }

  private static DistillResult distill(
      Distiller distiller, INDArray logits, INDArray target, double epoch) {
    try (Recording student = distiller.student().start();
        Recording teacher = distiller.teacher().start()) {
      student.take(
          new ForwardPass(
              Map.of("head.fc", logits, "backbone.relu", Nd4j.ones(2, 4)),
              name -> Nd4j.ones(2, 2),
              new DataSamples(Nd4j.createFromArray(0, 2), null, null)));
      teacher.take(ForwardPass.of(Map.of("head.fc", target)));
      return distiller.distill(
          new StepValues(
              student,
              teacher,
              (name, index) -> Nd4j.ones(2, 2),
              (loss, parameter) -> Nd4j.ones(2),
              Map.of(),
              epoch,
              1));
    }
  }

  private static final INDArray LOGITS =
      Nd4j.createFromArray(new double[][] {{1, 2, 3}, {0, 1, 0}});
  private static final INDArray TARGET =
      Nd4j.createFromArray(new double[][] {{3, 2, 1}, {1, 0, 0}});

  @Test
  void distill_sumsGradientsOfLossesOnOneVertex() {
    losses.put("loss_twice", new KLDivergence(1, Reduction.BATCH_MEAN, 2, true, false));
    mappings.put("loss_twice", mappings.get("loss_kl"));
    Distiller distiller = distiller();
    DistillResult result = distill(distiller, LOGITS, TARGET, 0);
    var once = KL.lossAndGradient(LossInputs.of(Map.of("preds_S", LOGITS, "preds_T", TARGET)));
    assertThat(result.losses().keySet()).containsExactly("loss_kl", "loss_twice");
    assertThat(result.losses().get("loss_twice")).isCloseTo(2 * once.loss(), within(1e-12));
    INDArray gradient = result.gradients().get(new GradientTarget.Vertex("head.fc"));
    assertThat(gradient.equalsWithEps(once.gradient("preds_S").mul(3), 1e-12)).isTrue();
    assertThat(distiller.gradientVertices()).containsExactly("head.fc");
  }

  @Test
  void distill_labelsFromTheLossModulesInputs() {
    student.put("gt", new ModuleInputs("head.loss_module"));
    losses.put("loss_dkd", new DKDLoss(1, 1, 1, Reduction.BATCH_MEAN, 1, false, false));
    map("loss_dkd", "preds_S", item(Side.STUDENT, "gt", 0, 0));
    map("loss_dkd", "preds_T", from(Side.TEACHER, "fc"));
    map("loss_dkd", "gt_labels", item(Side.STUDENT, "gt", 0, -1));
    DistillResult result = distill(distiller(), LOGITS, TARGET, 0);
    assertThat(result.losses().get("loss_dkd")).isPositive();
    assertThat(result.gradients()).containsOnlyKeys(new GradientTarget.Vertex("head.fc"));
  }

  @Test
  void distill_weightFollowsItsSchedule() {
    schedules.put("loss_kl", new WeightSchedule.Linear(0, 0, 1, 0, 10));
    Distiller distiller = distiller();
    double full = distill(distiller, LOGITS, TARGET, 10).losses().get("loss_kl");
    DistillResult half = distill(distiller, LOGITS, TARGET, 5);
    assertThat(half.losses().get("loss_kl")).isCloseTo(full / 2, within(1e-12));
    INDArray gradient = half.gradients().get(new GradientTarget.Vertex("head.fc"));
    var once = KL.lossAndGradient(LossInputs.of(Map.of("preds_S", LOGITS, "preds_T", TARGET)));
    assertThat(gradient.equalsWithEps(once.gradient("preds_S").div(2), 1e-12)).isTrue();
  }

  @Test
  void distill_gradientOfAParameter_andOfTheLossOwn() {
    student.put("w", new Parameter("head.fc/W"));
    teacher.put("w", new Parameter("head.fc/W"));
    losses.put("loss_w", new VIDLoss(1, 5, 1e-5));
    map("loss_w", "s_feature", from(Side.STUDENT, "w"));
    map("loss_w", "t_feature", from(Side.TEACHER, "w"));
    Distiller distiller = distiller();
    try (Recording student = distiller.student().start();
        Recording teacher = distiller.teacher().start()) {
      ForwardPass pass =
          new ForwardPass(
              Map.of("head.fc", LOGITS),
              name -> Nd4j.createFromArray(new double[][] {{1, 2}, {3, 4}}),
              new DataSamples(null, null, null));
      student.take(pass);
      teacher.take(pass);
      DistillResult result =
          distiller.distill(
              new StepValues(
                  student,
                  teacher,
                  (name, index) -> null,
                  (loss, parameter) -> Nd4j.createFromArray(1.0, 1.0),
                  Map.of(),
                  0,
                  1));
      assertThat(result.gradients())
          .containsOnlyKeys(
              new GradientTarget.Vertex("head.fc"),
              new GradientTarget.StudentParameter("head.fc/W"),
              new GradientTarget.LossParameter("loss_w", "alpha"));
    }
  }

  @Test
  void connectors_plannedInTheOrderOfTheirNeeds() {
    student.put("relu", new ModuleOutputs("backbone.relu"));
    student.put("deep", new ModuleOutputs("backbone.relu#1"));
    connectors.put(
        "first",
        ConnectorChain.of(new Doubling(1, false, List.of(new Connector.Output("second", 1)))));
    connectors.put("second", ConnectorChain.of(new Doubling(2, true, List.of())));
    losses.put("loss_a", L2);
    losses.put("loss_b", L2);
    map("loss_a", "s_feature", from(Side.STUDENT, "relu").through("first"));
    map("loss_a", "t_feature", from(Side.STUDENT, "relu").through("first"));
    map("loss_b", "s_feature", new RecordReference("deep", true, 0, null, "second", 0));
    map("loss_b", "t_feature", new RecordReference("deep", true, 0, null, "second", -1));
    Distiller distiller = distiller();
    assertThat(distiller.connectors())
        .extracting(PlannedConnector::name)
        .containsExactly("second", "first");
    assertThat(distiller.connectors().get(1).outputs()).containsExactly(List.of(8L, 8L, 8L));
    assertThat(distiller.losses().get(2).bindings().get(1).targets())
        .containsExactly(new GradientTarget.ConnectorOutput("second", 1));
  }

  @Test
  void connector_frozenBehindTheTeacher_isNotTrained() {
    student.put("relu", new ModuleOutputs("backbone.relu"));
    teacher.put("relu", new ModuleOutputs("backbone.relu"));
    connectors.put("s", ConnectorChain.of(new Doubling(1, false, List.of())));
    connectors.put("t", ConnectorChain.of(new Doubling(1, false, List.of())));
    losses.put("loss_b", L2);
    map("loss_b", "s_feature", from(Side.STUDENT, "relu").through("s"));
    map("loss_b", "t_feature", from(Side.TEACHER, "relu").through("t"));
    Distiller distiller = distiller();
    assertThat(distiller.connectors())
        .extracting(PlannedConnector::trains)
        .containsExactly(true, false);
    assertThat(distiller.teacherVertices()).containsExactly("head.fc", "backbone.relu");
  }

  @Test
  void source_unknown() {
    teacher.put("fc", new ModuleOutputs("head.fcc"));
    assertProblem(
        "'d.teacher_recorders.fc.source' is \"head.fcc\", which is not in the model, did you mean 'head.fc'? (known:"
            + " backbone.relu, head.fc)");
  }

  @Test
  void source_isTheLoss() {
    student.put("loss", new ModuleOutputs("head.loss_module"));
    assertProblem(
        "'d.student_recorders.loss.source' is \"head.loss_module\", whose output is the loss itself, which is not"
            + " recorded: name a module before it");
  }

  @Test
  void parameter_unknown() {
    student.put("w", new Parameter("head.fc/V"));
    assertProblem(
        "'d.student_recorders.w.source' is \"head.fc/V\", which is not a parameter of the model, did you mean"
            + " 'head.fc/W'? (known: head.fc/W)");
  }

  @Test
  void loss_withoutMapping() {
    losses.put("loss_b", KL);
    assertProblem(
        "'d.distill_losses.loss_b' has no entry in loss_forward_mappings, so it would never be computed");
  }

  @Test
  void mapping_ofUnknownLoss() {
    mappings.put("los_kl", mappings.remove("loss_kl"));
    assertProblem(
        "'d.distill_losses.loss_kl' has no entry in loss_forward_mappings, so it would never be computed",
        "'d.loss_forward_mappings.los_kl' names a loss that is not in distill_losses, did you mean 'loss_kl'? (known:"
            + " loss_kl)");
  }

  @Test
  void argument_misnamed_andTheRightOneMissing() {
    mappings.get("loss_kl").put("pred_S", mappings.get("loss_kl").remove("preds_S"));
    assertProblem(
        "'d.loss_forward_mappings.loss_kl.pred_S' is not an argument of KLDivergence, did you mean"
            + " 'preds_S'? (known: preds_S, preds_T)",
        "'d.loss_forward_mappings.loss_kl.preds_S' is missing: KLDivergence needs a value of the student"
            + " (from_student: true)");
  }

  @Test
  void labels_missing_saysWhereTheyAre() {
    losses.put("loss_kl", new DKDLoss(1, 1, 1, Reduction.SUM, 1, false, false));
    assertProblem(
        "'d.loss_forward_mappings.loss_kl.gt_labels' is missing: DKDLoss needs the labels (a ModuleInputs recorder of"
            + " the loss module, data_idx: 1)");
  }

  @Test
  void loss_thatTeachesNothing() {
    map("loss_kl", "preds_S", from(Side.TEACHER, "fc"));
    assertProblem(
        "'d.loss_forward_mappings.loss_kl': KLDivergence would teach nothing: none of the values that it gives gradients"
            + " to is the student's or goes through a trainable connector, preds_S is usually a value of the student"
            + " (from_student: true)");
  }

  @Test
  void recorder_unknown() {
    map("loss_kl", "preds_T", from(Side.TEACHER, "cf"));
    assertProblem(
        "'d.loss_forward_mappings.loss_kl.preds_T.recorder' is \"cf\", which is not one of teacher_recorders, did you"
            + " mean 'fc'? (known: fc)");
  }

  @Test
  void recordIdx_beyondExecutions() {
    map("loss_kl", "preds_S", item(Side.STUDENT, "fc", 1, null));
    assertProblem(
        "'d.loss_forward_mappings.loss_kl.preds_S.record_idx' is 1 but recorder 'fc' records 1 execution in a forward"
            + " pass, so it must be from -1 to 0");
  }

  @Test
  void dataIdx_ofAnArray() {
    map("loss_kl", "preds_S", item(Side.STUDENT, "fc", 0, 0));
    assertProblem(
        "'d.loss_forward_mappings.loss_kl.preds_S.data_idx' is 0 but recorder 'fc' records one array, not a list: leave"
            + " data_idx out");
  }

  @Test
  void dataIdx_beyondTheList() {
    student.put("gt", new ModuleInputs("head.loss_module"));
    map("loss_kl", "preds_S", item(Side.STUDENT, "gt", 0, 2));
    assertProblem(
        "'d.loss_forward_mappings.loss_kl.preds_S.data_idx' is 2 but recorder 'gt' records a list of 2, so it must be"
            + " from -2 to 1");
  }

  @Test
  void list_whereAnArrayIsNeeded() {
    student.put("gt", new ModuleInputs("head.loss_module"));
    map("loss_kl", "preds_S", from(Side.STUDENT, "gt"));
    assertProblem(
        "'d.loss_forward_mappings.loss_kl.preds_S' is a list of 2 but KLDivergence needs an array: pick one with"
            + " data_idx, 0 to 1");
  }

  @Test
  void shapes_differ() {
    student.put("fc", new ModuleOutputs("backbone.relu"));
    assertProblem(
        "'d.loss_forward_mappings.loss_kl': preds_S has shape [4, 8, 8] but preds_T has shape [3], a loss between them"
            + " needs equal shapes: put a connector behind the student's");
  }

  @Test
  void connector_unknown() {
    connectors.put("conv", ConnectorChain.of(new Doubling(1, true, List.of())));
    map("loss_kl", "preds_S", from(Side.STUDENT, "fc").through("con"));
    assertProblem(
        "'d.loss_forward_mappings.loss_kl.preds_S.connector' is \"con\", which is not one of connectors, did you mean"
            + " 'conv'? (known: conv)");
  }

  @Test
  void connector_thatNoMappingNames_doesNotRun() {
    connectors.put("conv", ConnectorChain.of(new Doubling(1, true, List.of())));
    assertThat(distiller().connectors()).isEmpty();
  }

  @Test
  void connector_takesOneThatNoMappingNames() {
    student.put("relu", new ModuleOutputs("backbone.relu"));
    connectors.put("b", ConnectorChain.of(new Doubling(1, true, List.of())));
    connectors.put(
        "a", ConnectorChain.of(new Doubling(1, true, List.of(new Connector.Output("b", 0)))));
    map("loss_kl", "preds_S", from(Side.STUDENT, "relu").through("a"));
    assertProblem(
        "'d.connectors.b' is not named by any mapping, so another connector cannot take its output");
  }

  @Test
  void connector_forTwoValues() {
    connectors.put("conv", ConnectorChain.of(new Doubling(1, true, List.of())));
    map("loss_kl", "preds_S", from(Side.STUDENT, "fc").through("conv"));
    map("loss_kl", "preds_T", from(Side.TEACHER, "fc").through("conv"));
    assertProblem(
        "'d.connectors.conv' is named for student 'head.fc' by 'd.loss_forward_mappings.loss_kl.preds_S' and for"
            + " teacher 'head.fc' by 'd.loss_forward_mappings.loss_kl.preds_T': give each its own connector");
  }

  @Test
  void connector_thatCannotTakeItsInput() {
    connectors.put("conv", ConnectorChain.of(new Doubling(1, true, List.of())));
    map("loss_kl", "preds_S", from(Side.STUDENT, "fc").through("conv"));
    assertProblem("'d.connectors.conv' cannot take student 'head.fc' of shape [3]: it needs maps");
  }

  @Test
  void connectorIdx_beyondTheOutputs() {
    student.put("relu", new ModuleOutputs("backbone.relu"));
    connectors.put("conv", ConnectorChain.of(new Doubling(2, true, List.of())));
    map("loss_kl", "preds_S", new RecordReference("relu", true, 0, null, "conv", 2));
    assertProblem(
        "'d.loss_forward_mappings.loss_kl.preds_S.connector_idx' is 2 but connector 'conv' has 2 outputs, so it must be"
            + " from -2 to 1");
  }

  @Test
  void connectorIdx_withoutConnector() {
    map("loss_kl", "preds_S", new RecordReference("fc", true, 0, null, null, 1));
    assertProblem(
        "'d.loss_forward_mappings.loss_kl.preds_S.connector_idx' is 1 but there is no connector beside it");
  }

  @Test
  void connector_severalOutputsWhereOneIsNeeded() {
    student.put("relu", new ModuleOutputs("backbone.relu"));
    connectors.put("conv", ConnectorChain.of(new Doubling(2, true, List.of())));
    map("loss_kl", "preds_S", from(Side.STUDENT, "relu").through("conv"));
    assertProblem(
        "'d.loss_forward_mappings.loss_kl.preds_S' is 2 outputs of a connector but KLDivergence needs an array: pick one"
            + " with connector_idx");
  }

  @Test
  void connectors_thatNeedEachOther() {
    student.put("relu", new ModuleOutputs("backbone.relu"));
    connectors.put(
        "a", ConnectorChain.of(new Doubling(1, true, List.of(new Connector.Output("b", 0)))));
    connectors.put(
        "b", ConnectorChain.of(new Doubling(1, true, List.of(new Connector.Output("a", 0)))));
    map("loss_kl", "preds_S", from(Side.STUDENT, "relu").through("a"));
    map("loss_kl", "preds_T", from(Side.STUDENT, "relu").through("b"));
    assertProblem(
        "'d.connectors.a' takes, by way of [a, b], its own output",
        "'d.connectors.b' takes, by way of [b, a], its own output");
  }

  @Test
  void schedule_ofUnknownLoss() {
    schedules.put("kl", new WeightSchedule.Constant(1));
    assertProblem(
        "'d.loss_weight_schedules.kl' names a loss that is not in distill_losses, did you mean 'loss_kl'? (known:"
            + " loss_kl)");
  }

  @Test
  void delivery_ofModulesThatDiffer() {
    deliveries.put("relu", new DeliveryConfig.ModuleOutputs("backbone.relu", "backbone.relu#1"));
    assertProblem(
        "'d.distill_deliveries.relu': the student's 'backbone.relu' has shape [4, 8, 8] but the teacher's"
            + " 'backbone.relu#1' has shape [6, 4, 4], a delivery needs equal shapes");
  }

  @Test
  void delivery_ofAnUnknownModule() {
    deliveries.put("relu", new DeliveryConfig.ModuleOutputs("backbone.rel", null));
    assertThatThrownBy(this::distiller)
        .hasMessageContaining(
            "'d.distill_deliveries.relu.source' is \"backbone.rel\", which is not in the model, did you mean"
                + " 'backbone.relu'?");
  }
}
