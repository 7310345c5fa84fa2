package io.limbeck.benchmarks.engine;

import io.limbeck.core.config.ArchitectureConfig;
import io.limbeck.core.config.ArchitectureConfig.Mlp;
import io.limbeck.core.config.ArchitectureConfig.SmallCnn;
import io.limbeck.dl4j.graph.Networks;
import io.limbeck.dl4j.zoo.Architectures;
import java.io.Serializable;
import java.util.List;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.nd4j.common.util.ArrayUtil;
import org.nd4j.linalg.api.buffer.DataType;

/**
 * A network of a benchmark.
 *
 * @param architecture of our zoo, of DL4J's own layers
 * @param shape of one example
 */
record Net(ArchitectureConfig architecture, long... shape) implements Serializable {
  static final int CLASSES = 10;

  /** One hidden layer: its steps are so short that a round is mostly overhead. */
  static Net mlp(int hidden) {
    return new Net(new Mlp(List.of(hidden), null), 64);
  }

  /** The student of the quick start. */
  static Net quickStart() {
    return new Net(new SmallCnn(List.of(4, 8), 16, null), 1, 28, 28);
  }

  ComputationGraphConfiguration configuration() {
    return architecture instanceof Mlp mlp
        ? zoo(InputType.feedForward(shape[0])).mlp(mlp)
        : zoo(InputType.convolutional(shape[1], shape[2], shape[0]))
            .smallCnn((SmallCnn) architecture);
  }

  private static Architectures zoo(InputType input) {
    return new Architectures(input, CLASSES, 1, DataType.FLOAT);
  }

  long parameters() {
    return Networks.fresh(configuration()).numParams();
  }

  /** Values of one example. */
  int length() {
    return Math.toIntExact(ArrayUtil.prodLong(shape));
  }
}
