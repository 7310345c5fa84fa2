package io.limbeck.spark.preparation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.limbeck.core.config.ConfigReader;
import io.limbeck.core.error.UserException;
import io.limbeck.dl4j.graph.FrozenNetwork;
import io.limbeck.spark.TestSpark;
import io.limbeck.spark.job.TinyExperiment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PreparationTest {
  private static final String RELATIONS_OF_FEATURES =
      """
      algorithm.distiller={type: ConfigurableDistiller,
        student_recorders: {fc: {type: ModuleOutputs, source: head.fc}},
        teacher_recorders: {relu: {type: ModuleOutputs, source: backbone.layer0.relu}},
        distill_losses: {loss_kl: null, relations: {type: DistanceWiseRKD}},
        loss_forward_mappings: {loss_kl: null, relations: {
          preds_S: {from_student: true, recorder: fc}, preds_T: {from_student: false, recorder: relu}}}}
      """;

  @TempDir private Path dir;

  private FrozenNetwork teacher(String type, String... overrides) {
    TinyExperiment tiny = new TinyExperiment(dir);
    String json = tiny.json().replace("SingleTeacherDistill", type);
    Path file = tiny.write("fpn.json", json.getBytes(StandardCharsets.UTF_8));
    return (FrozenNetwork)
        new Preparation(TestSpark.session())
            .prepare(new ConfigReader().read(file, List.of(overrides)))
            .teachers()
            .get("")
            .taps();
  }

  @ParameterizedTest
  @ValueSource(strings = {"FpnTeacherDistill", "SingleTeacherDistill"})
  void teacher_runsUpToItsRecordedFeatures(String type) {
    FrozenNetwork features = teacher(type, RELATIONS_OF_FEATURES);
    assertThat(features.outputs()).containsExactly("backbone.layer0.relu");
    assertThat(features.configuration()).doesNotContain("head.fc");
    assertThat(features.parameters()).hasSize(64 * 12 + 12);
  }

  @Test
  void teacher_whoseLogitsAreRecorded_runsWhole() {
    assertThat(teacher("FpnTeacherDistill").configuration()).contains("head.fc");
  }

  /** The teacher does not fit that shape either, but the mistake is the shape's. */
  @Test
  void dataOfAnotherShape_areToldFirst() {
    assertThatThrownBy(() -> teacher("SingleTeacherDistill", "data.shape=[1, 9, 9]"))
        .isInstanceOf(UserException.class)
        .hasMessage("'data.shape' is [1, 9, 9] but the first example has shape [1, 8, 8]");
  }
}
