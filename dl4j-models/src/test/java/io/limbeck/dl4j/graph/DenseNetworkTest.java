package io.limbeck.dl4j.graph;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.limbeck.core.config.SegmentationCnn;
import io.limbeck.core.distiller.DistillerConfig;
import io.limbeck.core.distiller.RecordReference;
import io.limbeck.core.loss.feature.ChannelWiseDivergence;
import io.limbeck.core.network.NetworkDescription;
import io.limbeck.core.network.Side;
import io.limbeck.core.recorder.ModuleOutputs;
import io.limbeck.dl4j.zoo.Architectures;
import java.util.List;
import java.util.Map;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.ops.transforms.Transforms;

/** Networks that tell the class of every pixel. */
class DenseNetworkTest {
  private static final InputType INPUT = InputType.convolutional(8, 6, 2);
  private static final String LOGITS = "decode_head.conv_seg";
  private static final int CLASSES = 3;

  private static ComputationGraphConfiguration network(DataType type, Integer... channels) {
    return LogitsForm.of(
        new Architectures(INPUT, CLASSES, 4, type)
            .segmentationCnn(new SegmentationCnn(List.of(channels), null)));
  }

  /** One-hot maps whose classes go round. */
  private static INDArray labels(DataType type, int examples) {
    INDArray labels = Nd4j.zeros(type, examples, CLASSES, 8, 6);
    for (int i = 0; i < examples; i++) {
      for (int y = 0; y < 8; y++) {
        for (int x = 0; x < 6; x++) {
          labels.putScalar(new int[] {i, (i + y / 2 + x * x) % CLASSES, y, x}, 1);
        }
      }
    }
    return labels;
  }

  private static DistillerConfig channelWise() {
    return new DistillerConfig.ConfigurableDistiller(
        Map.of("logits", new ModuleOutputs(LOGITS)),
        Map.of("logits", new ModuleOutputs(LOGITS)),
        Map.of("loss_cwd", new ChannelWiseDivergence(2, 3)),
        Map.of(
            "loss_cwd",
            Map.of(
                "preds_S", RecordReference.of(Side.STUDENT, "logits"),
                "preds_T", RecordReference.of(Side.TEACHER, "logits"))));
  }

  @Test
  void describe_mapsAreAsLargeAsTheImage() {
    ComputationGraphConfiguration conf = network(DataType.FLOAT, 3, 5);
    NetworkDescription description = Describer.describe(Networks.blank(conf), INPUT);
    assertThat(description.logits()).isEqualTo(LOGITS);
    assertThat(description.shapeOf(LOGITS)).containsExactly(3L, 8L, 6L);
    assertThat(description.shapeOf("backbone.layer1.relu")).containsExactly(5L, 4L, 3L);
    assertThat(LogitsForm.isDense(conf)).isTrue();
    assertThat(LogitsForm.classes(conf, LOGITS)).hasValue(3);
  }

  /** Cross-entropy with the labels and CWD on the scores, through BatchNorm and sums. */
  @ParameterizedTest
  @ValueSource(doubles = {1, 0.3})
  void step_gradients_areThoseOfCentralDifferences(double taskLossWeight) {
    ComputationGraph teacher = Networks.fresh(network(DataType.DOUBLE, 4, 6));
    DistillationStep step =
        Fixtures.step(
            channelWise(),
            network(DataType.DOUBLE, 2, 3),
            teacher,
            INPUT,
            new TrainingOptions(Fixtures.sgd(0), 1, taskLossWeight));
    INDArray features = Fixtures.random(1, 4, 2, 8, 6);
    assertThat(new StepGradients(step, features, labels(DataType.DOUBLE, 4)).check(2))
        .contains("backbone.layer0.conv/W", LOGITS + "/b")
        .hasSizeGreaterThan(7);
  }

  /** The reference's is the mean over pixels, DL4J's own their sum. */
  @Test
  void studentLoss_isTheMeanOverPixels() {
    ComputationGraphConfiguration conf = network(DataType.DOUBLE, 2, 3);
    DistillationStep step =
        DistillationStep.supervised(
            TrainingGraph.supervised(conf, new TrainingOptions(Fixtures.sgd(0), 1, 0.5)));
    INDArray features = Fixtures.random(1, 4, 2, 8, 6);
    INDArray labels = labels(DataType.DOUBLE, 4);
    double loss = step.run(DistillationStep.Batch.of(features, labels.dup())).get("student.loss");
    INDArray logits = step.student().network().feedForward(features, true).get(LOGITS);
    INDArray rows = logits.permute(0, 2, 3, 1).dup('c').reshape(4 * 8 * 6, CLASSES);
    INDArray wanted = labels.permute(0, 2, 3, 1).dup('c').reshape(4 * 8 * 6, CLASSES);
    double expected =
        -Transforms.log(Transforms.softmax(rows)).mul(wanted).sumNumber().doubleValue()
            / rows.size(0);
    assertThat(loss).isCloseTo(0.5 * expected, within(1e-9));
  }

  /** Compiled, against double precision. */
  @Test
  void compiledStep_hasTheSameGradients() {
    INDArray features = Fixtures.random(1, 4, 2, 8, 6);
    INDArray exact = gradient(DataType.DOUBLE, features);
    INDArray found = gradient(DataType.FLOAT, features.castTo(DataType.FLOAT));
    double error =
        found.castTo(DataType.DOUBLE).sub(exact).norm2Number().doubleValue()
            / exact.norm2Number().doubleValue();
    assertThat(error).isLessThan(1e-4);
  }

  private static INDArray gradient(DataType type, INDArray features) {
    ComputationGraph teacher = Networks.fresh(network(type, 4, 6));
    teacher.setParams(numbers(type, teacher.numParams(), 7));
    DistillationStep step =
        Fixtures.step(
            channelWise(),
            network(type, 2, 3),
            teacher,
            INPUT,
            new TrainingOptions(Fixtures.sgd(0), 1, 1));
    ComputationGraph student = step.student().network();
    student.setParams(numbers(type, student.numParams(), 8));
    INDArray gradient = new StepGradients(step, features, labels(type, 4)).gradient();
    assertThat(step.student().isCompiled()).isEqualTo(type == DataType.FLOAT);
    return gradient;
  }

  private static INDArray numbers(DataType type, long count, int seed) {
    return Fixtures.random(seed, 1, count).mul(0.4).castTo(type);
  }
}
