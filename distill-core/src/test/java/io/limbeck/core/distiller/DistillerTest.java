package io.limbeck.core.distiller;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.limbeck.core.error.UserException;
import io.limbeck.core.loss.KLDivergence;
import io.limbeck.core.loss.Loss;
import io.limbeck.core.loss.Reduction;
import io.limbeck.core.network.NetworkDescription;
import io.limbeck.core.network.Vertex;
import io.limbeck.core.recorder.ModuleOutputs;
import io.limbeck.core.recorder.Recorder;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

class DistillerTest {
  private static final NetworkDescription NETWORK =
      new NetworkDescription(
          List.of(
              new Vertex("backbone.relu", "Activation", List.of(4L, 8L, 8L), List.of()),
              new Vertex("backbone.relu#1", "Activation", List.of(6L, 4L, 4L), List.of()),
              new Vertex("head.fc", "Dense", List.of(3L), List.of())));
  private static final KLDivergence KL = new KLDivergence(1, Reduction.BATCH_MEAN, 1, true);

  private final Map<String, Recorder> student =
      new LinkedHashMap<>(Map.of("fc", new ModuleOutputs("head.fc")));
  private final Map<String, Recorder> teacher =
      new LinkedHashMap<>(Map.of("fc", new ModuleOutputs("head.fc")));
  private final Map<String, Loss> losses = new LinkedHashMap<>(Map.of("loss_kl", KL));
  private final Map<String, Map<String, RecordReference>> mappings = new LinkedHashMap<>();

  DistillerTest() {
    mappings.put(
        "loss_kl",
        new LinkedHashMap<>(Map.of("preds_S", from(true, "fc"), "preds_T", from(false, "fc"))));
  }

  private static RecordReference from(boolean student, String recorder) {
    return new RecordReference(recorder, student, 0, null);
  }

  private Distiller distiller() {
    return new Distiller(
        new DistillerConfig.ConfigurableDistiller(student, teacher, losses, mappings),
        "d",
        NETWORK,
        NETWORK);
  }

  private void assertProblem(String message) {
    assertThatThrownBy(this::distiller).isInstanceOf(UserException.class).hasMessage(message);
  }

  @Test
  void distill_sumsGradientsOfLossesOnOneVertex() {
    losses.put("loss_twice", new KLDivergence(1, Reduction.BATCH_MEAN, 2, true));
    mappings.put("loss_twice", mappings.get("loss_kl"));
    Distiller distiller = distiller();
    INDArray logits = Nd4j.createFromArray(new double[][] {{1, 2, 3}, {0, 1, 0}});
    INDArray target = Nd4j.createFromArray(new double[][] {{3, 2, 1}, {1, 0, 0}});
    distiller.student().record(Map.of("head.fc", logits));
    distiller.teacher().record(Map.of("head.fc", target));
    DistillResult result = distiller.distill();
    var once = KL.lossAndGradient(Map.of("preds_S", logits, "preds_T", target));
    assertThat(result.losses().keySet()).containsExactly("loss_kl", "loss_twice");
    assertThat(result.losses().get("loss_twice")).isCloseTo(2 * once.loss(), within(1e-12));
    assertThat(
            result
                .gradients()
                .get("head.fc")
                .equalsWithEps(once.gradients().get("preds_S").mul(3), 1e-12))
        .isTrue();
    assertThat(distiller.gradientVertices()).containsExactly("head.fc");
  }

  @Test
  void recorder_modulesExecutions_byRecordIdx() {
    student.put("relu", new ModuleOutputs("backbone.relu"));
    Distiller distiller = distiller();
    distiller
        .student()
        .record(
            Map.of(
                "head.fc",
                Nd4j.ones(1),
                "backbone.relu",
                Nd4j.zeros(1),
                "backbone.relu#1",
                Nd4j.ones(2)));
    assertThat(distiller.student().get("relu", 0).length()).isEqualTo(1);
    assertThat(distiller.student().get("relu", 1).length()).isEqualTo(2);
    distiller.release();
    assertThatThrownBy(() -> distiller.student().get("relu", 0))
        .hasMessage("Recorder 'relu' has recorded nothing");
  }

  @Test
  void source_unknown() {
    teacher.put("fc", new ModuleOutputs("head.fcc"));
    assertProblem(
        "'d.teacher_recorders.fc.source' is \"head.fcc\", which is not in the model, did you mean 'head.fc'? (known:"
            + " backbone.relu, head.fc)");
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
    assertThatThrownBy(this::distiller)
        .hasMessageContaining(
            "'d.loss_forward_mappings.los_kl' names a loss that is not in distill_losses, did you mean 'loss_kl'?");
  }

  @Test
  void argument_misnamed_andTheRightOneMissing() {
    mappings.get("loss_kl").put("pred_S", mappings.get("loss_kl").remove("preds_S"));
    assertThatThrownBy(this::distiller)
        .isInstanceOfSatisfying(
            UserException.class,
            e ->
                assertThat(e.problems())
                    .containsExactly(
                        "'d.loss_forward_mappings.loss_kl.pred_S' is not an argument of KLDivergence, did you mean"
                            + " 'preds_S'? (known: preds_S, preds_T)",
                        "'d.loss_forward_mappings.loss_kl.preds_S' is missing: KLDivergence needs a value of the student"
                            + " (from_student: true)"));
  }

  @Test
  void argument_fromTheOtherNetwork() {
    mappings.get("loss_kl").put("preds_S", from(false, "fc"));
    assertProblem(
        "'d.loss_forward_mappings.loss_kl.preds_S.from_student' is false but must be true: preds_S is a value of the"
            + " student (from_student: true)");
  }

  @Test
  void recorder_unknown() {
    mappings.get("loss_kl").put("preds_T", from(false, "cf"));
    assertProblem(
        "'d.loss_forward_mappings.loss_kl.preds_T.recorder' is \"cf\", which is not one of teacher_recorders, did you"
            + " mean 'fc'? (known: fc)");
  }

  @Test
  void recordIdx_beyondExecutions() {
    mappings.get("loss_kl").put("preds_S", new RecordReference("fc", true, 1, null));
    assertProblem(
        "'d.loss_forward_mappings.loss_kl.preds_S.record_idx' is 1 but recorder 'fc' records 1 execution in a forward"
            + " pass, so it must be <= 0");
  }

  @Test
  void dataIdx_ofAnArray() {
    mappings.get("loss_kl").put("preds_S", new RecordReference("fc", true, 0, 0));
    assertProblem(
        "'d.loss_forward_mappings.loss_kl.preds_S.data_idx' is 0 but the outputs of a module are one array, not a list:"
            + " leave data_idx out");
  }

  @Test
  void shapes_differ() {
    student.put("fc", new ModuleOutputs("backbone.relu"));
    assertProblem(
        "'d.loss_forward_mappings.loss_kl': preds_S has shape [4, 8, 8] but preds_T has shape [3], a loss between them"
            + " needs equal shapes");
  }
}
