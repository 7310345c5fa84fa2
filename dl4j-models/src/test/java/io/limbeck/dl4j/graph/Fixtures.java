package io.limbeck.dl4j.graph;

import io.limbeck.core.config.ScheduleConfig;
import io.limbeck.core.distiller.Distiller;
import io.limbeck.core.distiller.DistillerConfig;
import io.limbeck.core.distiller.RecordReference;
import io.limbeck.core.loss.Reduction;
import io.limbeck.core.loss.logit.KLDivergence;
import io.limbeck.core.network.NetworkDescription;
import io.limbeck.core.network.Side;
import io.limbeck.core.recorder.ModuleOutputs;
import io.limbeck.dl4j.inference.CompiledNetwork;
import io.limbeck.dl4j.inference.Weights;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Small things that several tests need. */
public final class Fixtures {
  private Fixtures() {}

  /** KL divergence on the logits, {@code head.fc}. */
  public static DistillerConfig kdOnLogits(double tau, double weight) {
    return new DistillerConfig.ConfigurableDistiller(
        Map.of("fc", new ModuleOutputs("head.fc")),
        Map.of("fc", new ModuleOutputs("head.fc")),
        Map.of("loss_kl", new KLDivergence(tau, Reduction.BATCH_MEAN, weight, true, false)),
        Map.of(
            "loss_kl",
            Map.of(
                "preds_S", RecordReference.of(Side.STUDENT, "fc"),
                "preds_T", RecordReference.of(Side.TEACHER, "fc"))));
  }

  static Distiller distiller(
      DistillerConfig config, ComputationGraph student, ComputationGraph teacher, InputType input) {
    return new Distiller(
        config,
        "distiller",
        Describer.describe(student, input),
        Describer.describe(teacher, input));
  }

  /** A step between two networks, both in logits form. */
  public static DistillationStep step(
      DistillerConfig config,
      ComputationGraphConfiguration student,
      ComputationGraph teacher,
      InputType input,
      TrainingOptions options) {
    ComputationGraph fresh = Networks.fresh(student);
    Distiller distiller = distiller(config, fresh, teacher, input);
    TeacherGraph running = running(teacher, distiller);
    NetworkDescription studentNetwork = Describer.describe(fresh, input);
    NetworkDescription teacherNetwork = Describer.describe(teacher, input);
    TrainingGraph graph =
        TrainingGraph.of(
            student,
            StudentPlan.of(distiller),
            new TrainingGraph.Surroundings(studentNetwork, teacherNetwork, running::parameter),
            options);
    ConnectorGraph frozen =
        ConnectorGraph.of(
            distiller.connectors().stream().filter(connector -> !connector.trains()).toList(),
            teacherNetwork::shapeOf,
            running::parameter,
            student.getDataType());
    return new DistillationStep(
        graph, running, frozen, distiller, new io.limbeck.dl4j.augment.BatchAugments(List.of()));
  }

  /** In double precision a frozen network, which is in single, would not do. */
  private static TeacherGraph running(ComputationGraph teacher, Distiller distiller) {
    List<String> taps =
        distiller.teacherVertices().stream()
            .filter(name -> !teacher.getConfiguration().getNetworkInputs().contains(name))
            .toList();
    if (taps.isEmpty()) {
      taps = List.of(LogitsForm.logits(teacher.getConfiguration()));
    }
    ComputationGraph truncated =
        Networks.fresh(TeacherGraph.truncate(teacher.getConfiguration(), taps));
    truncated.paramTable().forEach((name, value) -> value.assign(teacher.paramTable().get(name)));
    return new TeacherGraph(truncated, taps, CompiledNetwork.of(truncated, new Weights()));
  }

  /** Plain SGD at a constant rate. */
  public static ScheduleConfig sgd(double learningRate) {
    return new ScheduleConfig(
        1, 8, new ScheduleConfig.Sgd(learningRate), 0, new ScheduleConfig.Constant(0));
  }

  /** Numbers in (-1, 1), the same for the same seed, in double precision. */
  public static INDArray random(int seed, long... shape) {
    int length = (int) Arrays.stream(shape).reduce(1, (a, b) -> a * b);
    return Nd4j.createFromArray(new Random(seed).doubles(length, -1, 1).toArray())
        .reshape('c', shape);
  }

  /** One-hot labels that go round the classes, in the type of {@code like}. */
  public static INDArray labels(INDArray like, int classes) {
    int examples = (int) like.size(0);
    INDArray labels = Nd4j.zeros(like.dataType(), examples, classes);
    for (int i = 0; i < examples; i++) {
      labels.putScalar(new int[] {i, (3 * i + 1) % classes}, 1);
    }
    return labels;
  }
}
