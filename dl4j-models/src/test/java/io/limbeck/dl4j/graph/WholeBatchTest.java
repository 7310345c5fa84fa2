package io.limbeck.dl4j.graph;

import static org.assertj.core.api.Assertions.assertThat;

import io.limbeck.core.config.ArchitectureConfig.CifarResNet;
import io.limbeck.core.config.ArchitectureConfig.Mlp;
import io.limbeck.dl4j.zoo.Architectures;
import java.util.List;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * What a teacher puts out for an example is the same to the bit, with however many others, and
 * wherever it stands.
 */
class WholeBatchTest {
  private static final int FULL = 40;
  private final Architectures zoo =
      new Architectures(InputType.convolutional(32, 32, 3), 10, 1, DataType.FLOAT);
  private final INDArray examples = Nd4j.randn(DataType.FLOAT, FULL, 3, 32, 32);

  private static TeacherGraph teacher(ComputationGraphConfiguration stock) {
    ComputationGraphConfiguration conf = LogitsForm.of(stock);
    FrozenNetwork frozen =
        FrozenNetwork.of(conf, Networks.fresh(conf), List.of(LogitsForm.logits(conf)));
    return frozen.materialise(frozen.sharedWeights());
  }

  private INDArray from(int first, int count) {
    INDArray batch = Nd4j.create(DataType.FLOAT, count, 3, 32, 32);
    for (int i = 0; i < count; i++) {
      batch.putSlice(i, examples.slice((first + i) % FULL));
    }
    return batch;
  }

  private void assertSameBits(TeacherGraph teacher) {
    INDArray all = WholeBatch.forward(teacher, examples, FULL).get("head.fc");
    for (int count : new int[] {1, 2, 3, 7, 10, 23, 31, 39, FULL}) {
      for (int first : new int[] {0, 5, 38}) {
        INDArray some = WholeBatch.forward(teacher, from(first, count), FULL).get("head.fc");
        assertThat(some.size(0)).isEqualTo(count);
        for (int i = 0; i < count; i++) {
          assertThat(some.getRow(i).toFloatVector())
              .as(count + " from " + first)
              .isEqualTo(all.getRow((first + i) % FULL).toFloatVector());
        }
      }
    }
  }

  @Test
  void convolutions() {
    assertSameBits(teacher(zoo.cifarResNet(new CifarResNet(8, null))));
  }

  @Test
  void largeMatrixProducts() {
    assertSameBits(teacher(zoo.mlp(new Mlp(List.of(100, 50), null))));
  }
}
