package io.limbeck.dl4j.engine;

import io.limbeck.core.interception.Interception;
import io.limbeck.dl4j.onednn.Contiguous;
import io.limbeck.dl4j.onednn.Relu;
import java.util.LinkedHashMap;
import java.util.Map;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.gradient.DefaultGradient;
import org.deeplearning4j.nn.gradient.Gradient;
import org.deeplearning4j.nn.layers.ActivationLayer;
import org.deeplearning4j.nn.workspace.ArrayType;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.nd4j.common.primitives.Pair;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * DL4J's activation layer with oneDNN's ReLU in it, which reads once and writes once. DL4J's own
 * copies its input before it overwrites the copy, in both directions.
 */
final class OneDnnRelu extends ActivationLayer {
  private static final long serialVersionUID = 1L;
  private static final int LENGTHS_KEPT = 3;

  private final transient Map<Long, Relu> primitives = new LinkedHashMap<>(8, 0.75f, true);

  OneDnnRelu(NeuralNetConfiguration conf) {
    super(conf, DataType.FLOAT);
  }

  @Override
  public INDArray activate(boolean training, LayerWorkspaceMgr workspaceMgr) {
    if (!isOurs(input)) {
      return super.activate(training, workspaceMgr);
    }
    INDArray output =
        workspaceMgr.createUninitialized(ArrayType.ACTIVATIONS, DataType.FLOAT, input.shape());
    of(input.length()).forward(input, output);
    return output;
  }

  @Override
  public Pair<Gradient, INDArray> backpropGradient(
      INDArray epsilon, LayerWorkspaceMgr workspaceMgr) {
    if (!isOurs(input) || epsilon.dataType() != DataType.FLOAT) {
      return super.backpropGradient(epsilon, workspaceMgr);
    }
    INDArray gradient =
        workspaceMgr.createUninitialized(ArrayType.ACTIVATION_GRAD, DataType.FLOAT, input.shape());
    of(input.length()).backward(input, Contiguous.of(epsilon), gradient);
    return new Pair<>(new DefaultGradient(), gradient);
  }

  /** Who listens to methods may wait for the activation function's. */
  private static boolean isOurs(INDArray input) {
    return input != null
        && input.dataType() == DataType.FLOAT
        && Contiguous.is(input)
        && !Interception.isListening();
  }

  /** An epoch's last mini-batch may be smaller, evaluation's are larger. */
  private Relu of(long length) {
    Relu relu = primitives.computeIfAbsent(length, Relu::new);
    if (primitives.size() > LENGTHS_KEPT) {
      primitives.remove(primitives.keySet().iterator().next());
    }
    return relu;
  }
}
