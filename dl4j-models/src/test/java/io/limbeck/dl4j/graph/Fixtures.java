package io.limbeck.dl4j.graph;

import io.limbeck.core.config.ScheduleConfig;
import io.limbeck.core.distiller.Distiller;
import io.limbeck.core.distiller.DistillerConfig;
import io.limbeck.core.distiller.RecordReference;
import io.limbeck.core.loss.KLDivergence;
import io.limbeck.core.loss.Reduction;
import io.limbeck.core.recorder.ModuleOutputs;
import java.util.Arrays;
import java.util.Map;
import java.util.Random;
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
        Map.of("loss_kl", new KLDivergence(tau, Reduction.BATCH_MEAN, weight, true)),
        Map.of(
            "loss_kl",
            Map.of(
                "preds_S", new RecordReference("fc", true, 0, null),
                "preds_T", new RecordReference("fc", false, 0, null))));
  }

  static Distiller distiller(
      DistillerConfig config, ComputationGraph student, ComputationGraph teacher, InputType input) {
    return new Distiller(
        config,
        "distiller",
        Describer.describe(student, input),
        Describer.describe(teacher, input));
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
