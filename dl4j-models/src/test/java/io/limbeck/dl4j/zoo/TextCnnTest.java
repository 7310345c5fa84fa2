package io.limbeck.dl4j.zoo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.limbeck.core.config.TextCnn;
import io.limbeck.core.error.UserException;
import io.limbeck.core.network.NetworkDescription;
import io.limbeck.dl4j.graph.Describer;
import io.limbeck.dl4j.graph.Networks;
import io.limbeck.dl4j.graph.WholeGradients;
import java.util.List;
import java.util.Map;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.shape.Shape;
import org.nd4j.linalg.factory.Nd4j;

class TextCnnTest {
  private static final InputType SEVEN_TOKENS = InputType.feedForward(7);
  private static final INDArray TOKENS =
      Nd4j.createFromArray(
          new double[][] {{1, 4, 9, 3, 0, 0, 0}, {8, 8, 2, 5, 7, 6, 1}, {3, 1, 4, 1, 5, 9, 2}});

  private static ComputationGraphConfiguration network(DataType type) {
    return new Architectures(SEVEN_TOKENS, 3, 1, type)
        .textCnn(new TextCnn(10, 4, List.of(2, 3), 5, 0, null));
  }

  @Test
  void describe_namesEveryBranch() {
    NetworkDescription description =
        Describer.describe(Networks.fresh(network(DataType.FLOAT)), SEVEN_TOKENS);
    assertThat(description.shapeOf("backbone.embedding")).containsExactly(4L, 7L);
    assertThat(description.shapeOf("backbone.conv3.conv")).containsExactly(5L, 5L, 1L);
    assertThat(description.shapeOf("backbone.conv2.pool")).containsExactly(5L);
    assertThat(description.shapeOf("neck.cat")).containsExactly(10L);
    assertThat(description.shapeOf("head.fc")).containsExactly(3L);
    assertThat(description.parameters())
        .anySatisfy(
            parameter -> {
              assertThat(parameter.name()).isEqualTo("backbone.embedding/W");
              assertThat(parameter.shape()).containsExactly(10L, 4L);
            });
  }

  /** The largest value of each filter over the positions of a text, by loops. */
  @Test
  void output_isTheFormula() {
    ComputationGraph network = Networks.fresh(network(DataType.DOUBLE));
    Map<String, INDArray> parameters = network.paramTable();
    INDArray embedding = parameters.get("backbone.embedding_W");
    INDArray filters = parameters.get("backbone.conv3.conv_W");
    INDArray biases = parameters.get("backbone.conv3.conv_b");
    INDArray pooled = network.feedForward(TOKENS, false).get("backbone.conv3.pool");
    for (int text = 0; text < 3; text++) {
      for (int filter = 0; filter < 5; filter++) {
        double largest = 0;
        for (int position = 0; position < 5; position++) {
          double sum = biases.getDouble(filter);
          for (int offset = 0; offset < 3; offset++) {
            int at = position + offset;
            for (int i = 0; i < 4; i++) {
              sum +=
                  embedding.getDouble((int) TOKENS.getDouble(text, at), i)
                      * filters.getDouble(filter, i, offset, 0);
            }
          }
          largest = Math.max(largest, sum);
        }
        assertThat(pooled.getDouble(text, filter)).isCloseTo(largest, within(1e-12));
      }
    }
  }

  @Test
  void gradients_areThoseOfCentralDifferences() {
    WholeGradients trained = new WholeGradients(network(DataType.DOUBLE), List.of("head.fc"));
    INDArray seed = Nd4j.createFromArray(new double[][] {{1, -2, 3}, {0.5, 1, -1}, {2, 0, 1}});
    Map<String, INDArray> gradients = trained.of(TOKENS, List.of(seed));
    assertThat(gradients).containsKeys("backbone.embedding_W", "backbone.conv2.conv_W");
    gradients.forEach(
        (name, gradient) -> {
          INDArray parameter = trained.network().paramTable().get(name);
          for (long i = 0; i < parameter.length(); i++) {
            // Gradient and parameter may lie in memory in another order.
            long[] at = Shape.ind2subC(parameter.shape(), i);
            double value = parameter.getDouble(at);
            double step = 1e-5;
            parameter.putScalar(at, value + step);
            double above = value(trained, seed);
            parameter.putScalar(at, value - step);
            double below = value(trained, seed);
            parameter.putScalar(at, value);
            assertThat(gradient.getDouble(at))
                .as(name + " " + i)
                .isCloseTo((above - below) / (2 * step), within(1e-6));
          }
        });
  }

  private static double value(WholeGradients trained, INDArray seed) {
    return trained
        .network()
        .feedForward(TOKENS, false)
        .get("head.fc")
        .mul(seed)
        .sumNumber()
        .doubleValue();
  }

  @Test
  void widths_thatAreWrong_areTold() {
    assertThatThrownBy(() -> new TextCnn(10, 4, List.of(0), 5, 0, null))
        .isInstanceOf(UserException.class)
        .hasMessage("'widths' is [0] but every entry must be >= 1");
    assertThatThrownBy(() -> new TextCnn(10, 4, List.of(3, 3), 5, 0, null))
        .isInstanceOf(UserException.class)
        .hasMessage("'widths' is [3, 3] but its entries must differ");
  }
}
