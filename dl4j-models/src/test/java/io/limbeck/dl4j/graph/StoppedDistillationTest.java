package io.limbeck.dl4j.graph;

import static org.assertj.core.api.Assertions.assertThat;

import io.limbeck.core.config.ArchitectureConfig.Mlp;
import io.limbeck.core.connector.ConnectorChain;
import io.limbeck.core.distiller.DistillerConfig;
import io.limbeck.core.distiller.RecordReference;
import io.limbeck.core.loss.Reduction;
import io.limbeck.core.loss.feature.L2Loss;
import io.limbeck.core.loss.logit.KLDivergence;
import io.limbeck.core.network.Side;
import io.limbeck.core.recorder.ModuleOutputs;
import io.limbeck.dl4j.connector.CRDConnector;
import io.limbeck.dl4j.zoo.Architectures;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Steps of a distilling graph once distillation has stopped. */
class StoppedDistillationTest {
  private static final InputType INPUT = InputType.feedForward(4);
  private static final TrainingOptions OPTIONS = new TrainingOptions(Fixtures.sgd(0.1), 1, 0.3);
  private final INDArray features = Fixtures.random(1, 8, 4).castTo(DataType.FLOAT);
  private final DistillationStep.Batch batch =
      DistillationStep.Batch.of(features, Fixtures.labels(features, 3));

  private static ComputationGraphConfiguration mlp(int seed, Integer... hidden) {
    return LogitsForm.of(
        new Architectures(INPUT, 3, seed, DataType.FLOAT).mlp(new Mlp(List.of(hidden), null)));
  }

  /** Connectors that learn behind both networks. */
  private static DistillationStep distilling() {
    RecordReference ofStudent = RecordReference.of(Side.STUDENT, "relu");
    RecordReference ofTeacher = RecordReference.of(Side.TEACHER, "relu");
    L2Loss distance = new L2Loss(1, false, 1, false, false);
    DistillerConfig config =
        new DistillerConfig.ConfigurableDistiller(
            Map.of("fc", new ModuleOutputs("head.fc"), "relu", hidden()),
            Map.of("fc", new ModuleOutputs("head.fc"), "relu", hidden()),
            Map.of(),
            Map.of(
                "s", ConnectorChain.of(new CRDConnector(5, 9)),
                "t", ConnectorChain.of(new CRDConnector(9, 9))),
            Map.of(
                "logits", new KLDivergence(2, Reduction.BATCH_MEAN, 1, true, false),
                "hint", distance,
                "code", distance),
            Map.of(
                "logits",
                Map.of(
                    "preds_S", RecordReference.of(Side.STUDENT, "fc"),
                    "preds_T", RecordReference.of(Side.TEACHER, "fc")),
                "hint",
                Map.of("s_feature", ofStudent.through("s"), "t_feature", ofTeacher),
                "code",
                Map.of("s_feature", ofTeacher.through("t"), "t_feature", ofTeacher)),
            Map.of());
    return Fixtures.step(config, mlp(3, 5), Networks.fresh(mlp(5, 9)), INPUT, OPTIONS);
  }

  private static ModuleOutputs hidden() {
    return new ModuleOutputs("backbone.layer0.relu");
  }

  @Test
  void runAlone_movesTheStudentAsLabelsAloneDo_andNothingElse() {
    DistillationStep stopped = distilling();
    DistillationStep alone =
        DistillationStep.supervised(TrainingGraph.supervised(mlp(3, 5), OPTIONS));
    ComputationGraph network = stopped.student().network();
    Map<String, INDArray> before = new HashMap<>();
    network.paramTable().forEach((name, value) -> before.put(name, value.dup()));
    for (int step = 0; step < 3; step++) {
      Map<String, Double> losses = stopped.runAlone(batch);
      assertThat(losses).isEqualTo(alone.run(batch));
      assertThat(losses.keySet()).containsExactly("student.loss");
    }
    Map<String, INDArray> ofStudent = alone.student().network().paramTable();
    network
        .paramTable()
        .forEach(
            (name, value) ->
                assertThat(value)
                    .as(name)
                    .isEqualTo(ofStudent.getOrDefault(name, before.get(name))));
    assertThat(before.keySet()).contains("connectors.s.linear_W", "connectors.t.linear_W");
    assertThat(stopped.teacherNanos()).isZero();
  }

  @Test
  void runAlone_afterDistillingSteps_forgetsTheirGradients() {
    DistillationStep stopped = distilling();
    stopped.run(batch);
    float[] start = Networks.parameters(stopped.student().network());
    stopped.runAlone(batch);
    DistillationStep fresh = distilling();
    fresh.student().network().params().assign(Networks.vector(start));
    fresh.runAlone(batch);
    assertThat(Networks.parameters(stopped.student().network()))
        .isEqualTo(Networks.parameters(fresh.student().network()));
    assertThat(stopped.run(batch).keySet())
        .containsExactlyInAnyOrder(
            "distill.logits", "distill.hint", "distill.code", "student.loss");
  }
}
