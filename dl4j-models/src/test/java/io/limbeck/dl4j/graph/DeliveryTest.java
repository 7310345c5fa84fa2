package io.limbeck.dl4j.graph;

import static org.assertj.core.api.Assertions.assertThat;

import io.limbeck.core.config.ArchitectureConfig.Mlp;
import io.limbeck.core.delivery.DeliveryConfig;
import io.limbeck.core.distiller.DistillerConfig;
import io.limbeck.core.distiller.RecordReference;
import io.limbeck.core.loss.Reduction;
import io.limbeck.core.loss.logit.KLDivergence;
import io.limbeck.core.network.Side;
import io.limbeck.core.recorder.ModuleOutputs;
import io.limbeck.dl4j.zoo.Architectures;
import java.util.List;
import java.util.Map;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.indexing.NDArrayIndex;

/** The teacher's output in place of the student's. */
class DeliveryTest {
  private static final InputType INPUT = InputType.feedForward(4);
  private final INDArray features = Fixtures.random(1, 8, 4).castTo(DataType.FLOAT);

  private static ComputationGraphConfiguration mlp(int seed) {
    return LogitsForm.of(
        new Architectures(INPUT, 3, seed, DataType.FLOAT).mlp(new Mlp(List.of(6, 5), null)));
  }

  /**
   * The student's head learns on the teacher's hidden layer: equal heads give no loss, layers
   * before the delivered one get no gradient, those behind it do.
   */
  @Test
  void moduleOutputs_replaceTheStudents_gradientStops() {
    DistillerConfig config =
        new DistillerConfig.ConfigurableDistiller(
            Map.of("fc", new ModuleOutputs("head.fc")),
            Map.of("fc", new ModuleOutputs("head.fc")),
            Map.of("hidden", new DeliveryConfig.ModuleOutputs("backbone.layer1.relu", null)),
            Map.of(),
            Map.of("loss", new KLDivergence(1, Reduction.BATCH_MEAN, 1, true, false)),
            Map.of(
                "loss",
                Map.of(
                    "preds_S", RecordReference.of(Side.STUDENT, "fc"),
                    "preds_T", RecordReference.of(Side.TEACHER, "fc"))),
            Map.of());
    ComputationGraph teacher = Networks.fresh(mlp(5));
    DistillationStep step =
        Fixtures.step(config, mlp(3), teacher, INPUT, new TrainingOptions(Fixtures.sgd(0.5), 1, 0));
    ComputationGraph student = step.student().network();
    student.getLayer("head.fc").setParam("W", teacher.getLayer("head.fc").getParam("W").dup());
    student.getLayer("head.fc").setParam("b", teacher.getLayer("head.fc").getParam("b").dup());
    assertThat(run(step)).isLessThan(1e-6);

    student.getLayer("head.fc").getParam("W").addi(1).muli(-1);
    INDArray before = student.params().dup();
    assertThat(run(step)).isGreaterThan(1e-3);
    for (ParameterLayout.Segment segment : ParameterLayout.of(student).segments()) {
      INDArray moved =
          student
              .params()
              .sub(before)
              .get(
                  NDArrayIndex.all(),
                  NDArrayIndex.interval(segment.offset(), segment.offset() + segment.length()));
      assertThat(moved.amaxNumber().doubleValue() > 0)
          .as(segment.name())
          .isEqualTo(segment.name().startsWith("head.fc"));
    }
  }

  private double run(DistillationStep step) {
    return step.run(DistillationStep.Batch.of(features, Fixtures.labels(features, 3)))
        .get("distill.loss");
  }
}
