package io.limbeck.dl4j.engine;

import io.limbeck.core.interception.Interception;
import io.limbeck.core.math.Contiguous;
import io.limbeck.dl4j.onednn.ReluGradient;
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
import org.nd4j.linalg.api.ops.impl.scalar.RectifiedLinear;
import org.nd4j.linalg.factory.Nd4j;

/**
 * DL4J's activation layer with a ReLU in it that reads once and writes once, on the way back
 * oneDNN's. DL4J's own copies its input before it overwrites the copy, in both directions.
 */
final class OneDnnRelu extends ActivationLayer {
  private static final long serialVersionUID = 1L;
  private static final int LENGTHS_KEPT = 3;

  private final transient Map<Long, ReluGradient> primitives = new LinkedHashMap<>(8, 0.75f, true);

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
    // oneDNN's makes zeros of NaN, and whoever looks for the place where they began finds nothing.
    Nd4j.getExecutioner().exec(new RectifiedLinear(input, output, 0));
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
    of(input.length()).run(input, Contiguous.of(epsilon), gradient);
    return new Pair<>(new DefaultGradient(), gradient);
  }

  /** Who listens to methods may wait for the activation function's. */
  private static boolean isOurs(INDArray input) {
    return input != null
        && input.dataType() == DataType.FLOAT
        && Contiguous.is(input)
        && !Interception.isListeningIn("org.nd4j.");
  }

  /** An epoch's last mini-batch may be smaller, evaluation's are larger. */
  private ReluGradient of(long length) {
    ReluGradient gradient = primitives.computeIfAbsent(length, ReluGradient::new);
    if (primitives.size() > LENGTHS_KEPT) {
      primitives.remove(primitives.keySet().iterator().next());
    }
    return gradient;
  }
}
