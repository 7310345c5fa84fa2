package io.limbeck.dl4j.engine;

import io.limbeck.dl4j.onednn.MatrixProduct;
import io.limbeck.dl4j.onednn.OneDnn;
import java.lang.reflect.Field;
import java.util.Optional;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.layers.BaseLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.graph.vertex.GraphVertex;
import org.deeplearning4j.nn.graph.vertex.impl.LayerVertex;
import org.deeplearning4j.nn.layers.ActivationLayer;
import org.deeplearning4j.nn.layers.convolution.ConvolutionLayer;
import org.deeplearning4j.nn.layers.convolution.subsampling.SubsamplingLayer;
import org.deeplearning4j.nn.layers.feedforward.dense.DenseLayer;
import org.deeplearning4j.nn.layers.mkldnn.MKLDNNSubsamplingHelper;
import org.deeplearning4j.nn.layers.normalization.BatchNormalization;
import org.deeplearning4j.nn.params.DefaultParamInitializer;
import org.nd4j.linalg.activations.impl.ActivationIdentity;
import org.nd4j.linalg.activations.impl.ActivationReLU;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Puts fast implementations under a network's layers: oneDNN for convolutions, poolings, fully
 * connected layers and ReLUs, loops of our own for batch normalisation.
 *
 * <p>DL4J 1.0.0-M2.1 never does so itself: its layer helpers are off by default, and when switched
 * on they look for {@code org.nd4j.nativeblas.Nd4jCpu$Environment}, a class that moved before the
 * release, conclude that there is no oneDNN, and every convolution runs as im2col and a matrix
 * product, some twelve times slower. A layer asks its {@code helper} field first, so the helpers
 * are put there directly, and no system property is needed.
 */
public final class CpuEngine {
  /**
   * System property that switches the fast path off when {@code false}, to compare or to rule it
   * out.
   */
  public static final String PROPERTY = "limbeck.onednn";

  private static final Field CONVOLUTION = helperField(ConvolutionLayer.class);
  private static final Field NORMALIZATION = helperField(BatchNormalization.class);
  private static final Field SUBSAMPLING = helperField(SubsamplingLayer.class);

  private CpuEngine() {}

  /**
   * Accelerates every layer that oneDNN can run; the others, and networks in double precision, keep
   * DL4J's own path.
   *
   * @param network an initialised network; parameters, configuration and file format stay as they
   *     are
   * @return the same network
   */
  public static ComputationGraph accelerate(ComputationGraph network) {
    if (status().fast() && network.getConfiguration().getDataType() == DataType.FLOAT) {
      for (GraphVertex vertex : network.getVertices()) {
        if (vertex.hasLayer()) {
          boolean behindInput = isBehindInput(network, vertex.getVertexName());
          help(vertex.getLayer(), behindInput);
          if (OneDnn.isAvailable() && vertex instanceof LayerVertex place) {
            replacement(vertex.getLayer(), behindInput)
                .ifPresent(layer -> LayerSwap.put(network, place, layer));
          }
        }
      }
    }
    return network;
  }

  /**
   * Accelerates how a network learns: the way from its gradients to its next parameters.
   *
   * @param network initialised, with the updaters that it will keep
   * @return the same network
   */
  public static ComputationGraph accelerateUpdates(ComputationGraph network) {
    if (status().fast()
        && network.getConfiguration().getDataType() == DataType.FLOAT
        && network.numParams() > 0) {
      FusedDescent.of(network);
    }
    return network;
  }

  private static boolean isBehindInput(ComputationGraph network, String vertex) {
    return network
        .getConfiguration()
        .getNetworkInputs()
        .containsAll(network.getConfiguration().getVertexInputs().get(vertex));
  }

  /** Which native path networks run on in this JVM, and why. */
  public static EngineStatus status() {
    if ("false".equalsIgnoreCase(System.getProperty(PROPERTY))) {
      return new EngineStatus(
          false, true, "DL4J's built-in CPU path, because -D" + PROPERTY + "=false");
    }
    String backend = Nd4j.getExecutioner().getEnvironmentInformation().getProperty("backend");
    if (!"CPU".equalsIgnoreCase(backend)) {
      return new EngineStatus(false, false, backend + " backend with DL4J's own layer helpers");
    }
    if (!Nd4j.getBackend().buildInfo().contains("HAVE_ONEDNN")) {
      return new EngineStatus(
          false,
          true,
          "DL4J's built-in CPU path, about ten times slower: nd4j-native was loaded in a build without oneDNN; put"
              + " its classifier linux-x86_64-onednn-avx2 on the class path");
    }
    if (!Nd4j.getEnvironment().helpersAllowed()) {
      return new EngineStatus(
          false,
          true,
          "DL4J's built-in CPU path, about ten times slower: ND4J's environment forbids helpers");
    }
    return new EngineStatus(
        true,
        false,
        OneDnn.isAvailable()
            ? "oneDNN"
            : "oneDNN through libnd4j alone, up to twice as slow: put org.bytedeco:dnnl and org.bytedeco:opencl with their"
                + " binaries on the class path");
  }

  /** Whether a network's convolutions are on the fast path. */
  static boolean isAccelerated(ComputationGraph network) {
    for (Layer layer : network.getLayers()) {
      if (layer instanceof ConvolutionLayer
          && get(CONVOLUTION, layer) instanceof OneDnnConvolution) {
        return true;
      }
    }
    return false;
  }

  /**
   * Tells the convolutions of a network that its backward pass begins, so that they hand out the
   * outputs that they have instead of computing them again.
   *
   * @param network the network, between the forward and the backward pass of a training step
   */
  public static void beginBackward(ComputationGraph network) {
    for (Layer layer : network.getLayers()) {
      if (layer instanceof ConvolutionLayer
          && get(CONVOLUTION, layer) instanceof OneDnnConvolution convolution) {
        convolution.beginBackward();
      }
    }
  }

  /** A layer that takes the place of one that has no field for a helper. */
  private static Optional<Layer> replacement(Layer layer, boolean behindInput) {
    if (layer.getClass() == DenseLayer.class && !((DenseLayer) layer).hasLayerNorm()) {
      INDArray weights = layer.getParam(DefaultParamInitializer.WEIGHT_KEY);
      MatrixProduct product = new MatrixProduct((int) weights.size(0), (int) weights.size(1));
      return Optional.of(new OneDnnDense(layer.conf(), product, behindInput));
    }
    if (layer.getClass() == ActivationLayer.class
        && ((ActivationLayer) layer).layerConf().getActivationFn() instanceof ActivationReLU relu
        && isPlain(relu)) {
      return Optional.of(new OneDnnRelu(layer.conf()));
    }
    return Optional.empty();
  }

  private static boolean isPlain(ActivationReLU relu) {
    return relu.equals(new ActivationReLU());
  }

  private static void help(Layer layer, boolean behindInput) {
    if (layer.getClass() == ConvolutionLayer.class) {
      boolean identity =
          ((BaseLayer) layer.conf().getLayer()).getActivationFn() instanceof ActivationIdentity;
      set(CONVOLUTION, layer, new OneDnnConvolution(identity, behindInput));
    } else if (layer.getClass() == BatchNormalization.class) {
      var conf = (org.deeplearning4j.nn.conf.layers.BatchNormalization) layer.conf().getLayer();
      if (!conf.isLockGammaBeta() && conf.getCnn2DFormat() == CNN2DFormat.NCHW) {
        set(NORMALIZATION, layer, new HeapBatchNorm());
      }
    } else if (layer.getClass() == SubsamplingLayer.class) {
      set(SUBSAMPLING, layer, new MKLDNNSubsamplingHelper(DataType.FLOAT));
    }
  }

  private static Field helperField(Class<?> layer) {
    try {
      Field field = layer.getDeclaredField("helper");
      field.setAccessible(true);
      return field;
    } catch (NoSuchFieldException e) {
      throw new IllegalStateException(
          layer + " has no field 'helper': not the DL4J release this was built for", e);
    }
  }

  private static Object get(Field field, Layer layer) {
    try {
      return field.get(layer);
    } catch (IllegalAccessException e) {
      throw new IllegalStateException(e);
    }
  }

  private static void set(Field field, Layer layer, Object helper) {
    try {
      field.set(layer, helper);
    } catch (IllegalAccessException e) {
      throw new IllegalStateException(e);
    }
  }
}
