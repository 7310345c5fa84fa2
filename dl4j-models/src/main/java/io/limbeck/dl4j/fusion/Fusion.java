package io.limbeck.dl4j.fusion;

import io.limbeck.dl4j.fusion.Operation.Add;
import io.limbeck.dl4j.fusion.Operation.Convolve;
import io.limbeck.dl4j.fusion.Operation.Flatten;
import io.limbeck.dl4j.fusion.Operation.Normalize;
import io.limbeck.dl4j.fusion.Operation.Own;
import io.limbeck.dl4j.fusion.Operation.Pool;
import io.limbeck.dl4j.fusion.Operation.Product;
import io.limbeck.dl4j.fusion.Operation.Rectify;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.InputPreProcessor;
import org.deeplearning4j.nn.conf.graph.ElementWiseVertex;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.deeplearning4j.nn.conf.graph.LayerVertex;
import org.deeplearning4j.nn.conf.graph.PreprocessorVertex;
import org.deeplearning4j.nn.conf.graph.ScaleVertex;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.BaseLayer;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.DropoutLayer;
import org.deeplearning4j.nn.conf.layers.GlobalPoolingLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.PoolingType;
import org.deeplearning4j.nn.conf.layers.SubsamplingLayer;
import org.deeplearning4j.nn.conf.preprocessor.CnnToFeedForwardPreProcessor;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.activations.impl.ActivationIdentity;
import org.nd4j.linalg.activations.impl.ActivationReLU;

/**
 * Finds which vertices of a network make one operation together. A vertex joins the one before it
 * when nobody else takes that one's output, so whatever is put out is still computed.
 */
public final class Fusion {
  private static final IActivation RELU = new ActivationReLU();

  private final ComputationGraphConfiguration conf;
  private final boolean learns;
  private final Map<String, Integer> takers = new HashMap<>();
  private final List<Operation> operations = new ArrayList<>();

  /** What a vertex' output is called, where it is the same as another one's. */
  private final Map<String, String> same = new HashMap<>();

  private Fusion(ComputationGraphConfiguration conf, boolean learns, Collection<String> observed) {
    this.conf = conf;
    this.learns = learns;
    conf.getVertexInputs()
        .values()
        .forEach(inputs -> inputs.forEach(input -> takers.merge(input, 1, Integer::sum)));
    conf.getNetworkOutputs().forEach(output -> takers.merge(output, 1, Integer::sum));
    observed.forEach(vertex -> takers.merge(vertex, 1, Integer::sum));
  }

  /**
   * Plans a network that only runs forward, in inference mode.
   *
   * @param conf with one input
   * @param order its vertices, inputs first
   * @return empty where it has a vertex that is not among those that are known here
   */
  public static Optional<Plan> frozen(ComputationGraphConfiguration conf, List<String> order) {
    Fusion fusion = new Fusion(conf, false, List.of());
    for (String name : order) {
      GraphVertex vertex = conf.getVertices().get(name);
      if (vertex != null && !fusion.add(name, vertex)) {
        return Optional.empty();
      }
    }
    return Optional.of(fusion.plan());
  }

  /**
   * Plans a network that learns. BatchNorms stay what they are, for they depend on the mini-batch,
   * and vertices that are not known here are DL4J's own.
   *
   * @param conf any network
   * @param order its vertices, inputs first
   * @param observed vertices whose outputs somebody looks at
   */
  public static Plan learning(
      ComputationGraphConfiguration conf, List<String> order, Collection<String> observed) {
    Fusion fusion = new Fusion(conf, true, observed);
    for (String name : order) {
      GraphVertex vertex = conf.getVertices().get(name);
      if (vertex != null) {
        List<Operation> before = List.copyOf(fusion.operations);
        if (isRandom(vertex) || !fusion.add(name, vertex)) {
          fusion.operations.clear();
          fusion.operations.addAll(before);
          fusion.put(new Own(name, fusion.inputs(name)));
        }
      }
    }
    return fusion.plan();
  }

  /** Whether a layer draws random numbers while it learns. */
  private static boolean isRandom(GraphVertex vertex) {
    if (!(vertex instanceof LayerVertex layerVertex)) {
      return false;
    }
    Layer layer = layerVertex.getLayerConf().getLayer();
    return layer.getIDropout() != null
        || (layer instanceof BaseLayer base && base.getWeightNoise() != null);
  }

  private Plan plan() {
    return new Plan(List.copyOf(operations), Map.copyOf(same));
  }

  private List<String> inputs(String name) {
    return conf.getVertexInputs().get(name).stream().map(this::source).toList();
  }

  private boolean add(String name, GraphVertex vertex) {
    List<String> inputs = inputs(name);
    if (vertex instanceof ScaleVertex scale && scale.getScaleFactor() == 1) {
      return alias(name, inputs.get(0));
    }
    if (vertex instanceof ElementWiseVertex sum) {
      return sum.getOp() == ElementWiseVertex.Op.Add && inputs.size() == 2 && sum(name, inputs);
    }
    if (vertex instanceof PreprocessorVertex alone) {
      return isFlatten(alone.getPreProcessor()) && put(new Flatten(name, inputs.get(0)));
    }
    if (!(vertex instanceof LayerVertex layerVertex)) {
      return false;
    }
    Layer layer = layerVertex.getLayerConf().getLayer();
    InputPreProcessor before = layerVertex.getPreProcessor();
    String input = inputs.get(0);
    if (isFlatten(before)) {
      input = name + "/flat";
      operations.add(new Flatten(input, inputs.get(0)));
    } else if (before != null) {
      return false;
    }
    return add(name, layer, input);
  }

  private static boolean isFlatten(InputPreProcessor preprocessor) {
    return preprocessor instanceof CnnToFeedForwardPreProcessor flatten
        && flatten.getFormat() == CNN2DFormat.NCHW;
  }

  private boolean add(String name, Layer layer, String input) {
    if (layer instanceof DropoutLayer && !learns) {
      return alias(name, input);
    }
    if (layer.getClass() == ActivationLayer.class) {
      IActivation activation = ((ActivationLayer) layer).getActivationFn();
      return activation instanceof ActivationIdentity
          ? alias(name, input)
          : activation.equals(RELU) && relu(name, input);
    }
    if (layer.getClass() == ConvolutionLayer.class) {
      ConvolutionLayer convolution = (ConvolutionLayer) layer;
      boolean relu = convolution.getActivationFn().equals(RELU);
      return convolution.getCnn2dDataFormat() == CNN2DFormat.NCHW
          && (relu || isIdentity(convolution))
          && put(new Convolve(name, name, input, convolution, null, null, relu));
    }
    if (layer.getClass() == DenseLayer.class) {
      DenseLayer dense = (DenseLayer) layer;
      boolean relu = dense.getActivationFn().equals(RELU);
      return !dense.hasLayerNorm()
          && (relu || isIdentity(dense))
          && put(new Product(name, name, input, relu));
    }
    if (layer.getClass() == BatchNormalization.class) {
      return normalization(name, (BatchNormalization) layer, input);
    }
    return pooling(name, layer, input);
  }

  private boolean pooling(String name, Layer layer, String input) {
    if (layer instanceof GlobalPoolingLayer pooling) {
      int[] dimensions = pooling.getPoolingDimensions();
      return pooling.getPoolingType() == PoolingType.AVG
          && pooling.isCollapseDimensions()
          && (dimensions == null || Arrays.equals(dimensions, new int[] {2, 3}))
          && put(new Pool(name, input, null));
    }
    return layer.getClass() == SubsamplingLayer.class
        && ((SubsamplingLayer) layer).getCnn2dDataFormat() == CNN2DFormat.NCHW
        && isPlain((SubsamplingLayer) layer)
        && put(new Pool(name, input, (SubsamplingLayer) layer));
  }

  /** Whether a mean counts what is padded is told apart nowhere, so there must be nothing. */
  private static boolean isPlain(SubsamplingLayer pooling) {
    boolean undilated = Arrays.stream(pooling.getDilation()).allMatch(each -> each == 1);
    return switch (pooling.getPoolingType()) {
      case MAX -> undilated;
      case AVG ->
          undilated
              && pooling.getConvolutionMode() != org.deeplearning4j.nn.conf.ConvolutionMode.Same
              && Arrays.stream(pooling.getPadding()).allMatch(each -> each == 0);
      default -> false;
    };
  }

  private boolean normalization(String name, BatchNormalization layer, String input) {
    if (layer.getCnn2DFormat() != CNN2DFormat.NCHW || (learns && layer.isLockGammaBeta())) {
      return false;
    }
    if (!learns
        && last(input) instanceof Convolve before
        && isOnlyTakenOnce(input)
        && before.normalization() == null
        && before.addend() == null
        && !before.relu()) {
      return replace(
          before,
          new Convolve(name, before.layer(), before.input(), before.conf(), name, null, false));
    }
    return put(new Normalize(name, name, input, false));
  }

  private boolean relu(String name, String input) {
    Operation before = last(input);
    if (before == null || !isOnlyTakenOnce(input)) {
      return put(new Rectify(name, input));
    }
    if (before instanceof Convolve it && !it.relu()) {
      return replace(
          it,
          new Convolve(
              name, it.layer(), it.input(), it.conf(), it.normalization(), it.addend(), true));
    }
    if (before instanceof Product it && !it.relu()) {
      return replace(it, new Product(name, it.layer(), it.input(), true));
    }
    if (before instanceof Normalize it && !it.relu()) {
      return replace(it, new Normalize(name, it.layer(), it.input(), true));
    }
    if (before instanceof Add it && !it.relu()) {
      return replace(it, new Add(name, it.left(), it.right(), true));
    }
    return put(new Rectify(name, input));
  }

  /** The later of two, if it is a convolution, adds itself to the other one. */
  private boolean sum(String name, List<String> inputs) {
    int left = position(inputs.get(0));
    int right = position(inputs.get(1));
    String later = inputs.get(left > right ? 0 : 1);
    String earlier = inputs.get(left > right ? 1 : 0);
    if (!learns
        && left != right
        && last(later) instanceof Convolve it
        && isOnlyTakenOnce(later)
        && it.addend() == null
        && !it.relu()) {
      return replace(
          it,
          new Convolve(
              name, it.layer(), it.input(), it.conf(), it.normalization(), earlier, false));
    }
    return put(new Add(name, inputs.get(0), inputs.get(1), false));
  }

  private static boolean isIdentity(BaseLayer layer) {
    return layer.getActivationFn() instanceof ActivationIdentity;
  }

  private boolean isOnlyTakenOnce(String vertex) {
    return takers.getOrDefault(vertex, 0) == 1;
  }

  private String source(String vertex) {
    return same.getOrDefault(vertex, vertex);
  }

  private boolean alias(String name, String input) {
    same.put(name, input);
    // Whoever takes the one takes the other, and the alias itself takes nothing away.
    takers.merge(input, takers.getOrDefault(name, 0) - 1, Integer::sum);
    return true;
  }

  private boolean put(Operation operation) {
    operations.add(operation);
    return true;
  }

  private boolean replace(Operation before, Operation after) {
    operations.set(operations.indexOf(before), after);
    return true;
  }

  private Operation last(String output) {
    int position = position(output);
    return position < 0 ? null : operations.get(position);
  }

  private int position(String output) {
    for (int i = operations.size() - 1; i >= 0; i--) {
      if (operations.get(i).name().equals(output)) {
        return i;
      }
    }
    return -1;
  }
}
