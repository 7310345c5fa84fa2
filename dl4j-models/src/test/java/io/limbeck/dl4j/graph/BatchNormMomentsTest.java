package io.limbeck.dl4j.graph;

import static org.assertj.core.api.Assertions.assertThat;

import io.limbeck.core.config.ArchitectureConfig.CifarResNet;
import io.limbeck.dl4j.zoo.Architectures;
import java.util.List;
import java.util.Map;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

class BatchNormMomentsTest {
  private static final String FIRST = "backbone.bn1";

  private final ComputationGraphConfiguration conf =
      LogitsForm.of(
          new Architectures(InputType.convolutional(8, 8, 3), 4, 1, DataType.FLOAT)
              .cifarResNet(new CifarResNet(8, null)));
  private final ComputationGraph network = Networks.fresh(conf);
  private final INDArray examples = Nd4j.randn(DataType.FLOAT, 12, 3, 8, 8).muli(3).addi(1);

  private TeacherGraph frozen(ComputationGraph of) {
    FrozenNetwork frozen = FrozenNetwork.of(conf, of, List.of("head.fc"));
    return frozen.materialise(frozen.sharedWeights());
  }

  /** With the statistics of one batch, inference on it is what training's forward pass is. */
  @Test
  void ofOneBatch_makeInferenceEqualTraining() {
    BatchNormMoments moments = frozen(network).batchNormMoments(examples);
    INDArray inTraining =
        network.feedForward(new INDArray[] {examples}, true, false).get("head.fc").dup();
    ParameterLayout layout = ParameterLayout.of(network);
    float[] parameters = Networks.parameters(network);
    INDArray before = frozen(network).forward(examples).get("head.fc").dup();

    layout.write(moments.parameters(layout), parameters);
    INDArray after = frozen(Networks.of(conf, parameters)).forward(examples).get("head.fc");
    assertThat(after.sub(inTraining).amaxNumber().doubleValue()).isLessThan(1e-4);
    assertThat(before.sub(inTraining).amaxNumber().doubleValue()).isGreaterThan(1e-2);
  }

  /** The first BatchNorm's input does not depend on others, so batches add up to their union. */
  @Test
  void ofSeveralBatches_addUp_whateverTheirSizes() {
    TeacherGraph graph = frozen(network);
    BatchNormMoments together = graph.batchNormMoments(examples);
    BatchNormMoments parts =
        BatchNormMoments.NONE
            .plus(graph.batchNormMoments(part(0, 5)))
            .plus(graph.batchNormMoments(part(5, 12)));
    ParameterLayout layout = ParameterLayout.of(network);
    Map<String, float[]> expected = together.parameters(layout);
    Map<String, float[]> found = parts.parameters(layout);
    assertThat(found).hasSameSizeAs(expected).hasSizeGreaterThan(6);
    for (String name : List.of(FIRST + "/mean", FIRST + "/log10stdev")) {
      for (int i = 0; i < expected.get(name).length; i++) {
        assertThat(found.get(name)[i])
            .isCloseTo(expected.get(name)[i], org.assertj.core.data.Offset.offset(1e-4f));
      }
    }
  }

  private INDArray part(int from, int to) {
    return examples.get(NDArrayIndex.interval(from, to)).dup();
  }
}
