package io.limbeck.dl4j.connector;

import io.limbeck.dl4j.shape.InputTypes;
import io.limbeck.dl4j.vertex.ArrayFunction;
import io.limbeck.dl4j.vertex.FunctionVertex;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.InputPreProcessor;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.deeplearning4j.nn.conf.graph.LayerVertex;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.weights.WeightInit;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.learning.config.Sgd;

/**
 * Adds a connector's layers to a graph. Knows the shape of every vertex, so that layers find the
 * sizes of their inputs themselves.
 */
public final class Branch {
  private final ComputationGraphConfiguration graph;
  private final String prefix;
  private final long seed;
  private final Map<String, InputType> types;
  private final Function<String, INDArray> parameters;

  /**
   * A branch.
   *
   * @param graph that grows
   * @param prefix of the names of new vertices
   * @param seed of their weights
   * @param types of all vertices so far, which grows too
   * @param parameters finds a parameter of the network whose value is taken, by its full name
   */
  public Branch(
      ComputationGraphConfiguration graph,
      String prefix,
      long seed,
      Map<String, InputType> types,
      Function<String, INDArray> parameters) {
    this.graph = graph;
    this.prefix = prefix;
    this.seed = seed;
    this.types = types;
    this.parameters = parameters;
  }

  /**
   * Adds a layer.
   *
   * @param name within the branch
   * @param layer without the size of its input
   * @param init of its weights
   * @param input the vertex that it takes
   * @return the new vertex
   */
  public String add(String name, Layer layer, WeightInit init, String input) {
    String vertex = prefix + name;
    layer.setLayerName(vertex);
    NeuralNetConfiguration conf =
        new NeuralNetConfiguration.Builder()
            .seed(seed)
            .dataType(graph.getDataType())
            .weightInit(init)
            .activation(Activation.IDENTITY)
            .updater(new Sgd(0.1))
            .layer(layer)
            .build();
    InputType in = types.get(input);
    InputPreProcessor preProcessor = conf.getLayer().getPreProcessorForInputType(in);
    InputType taken = preProcessor == null ? in : preProcessor.getOutputType(in);
    conf.getLayer().setNIn(taken, true);
    if (conf.getLayer() instanceof BatchNormalization normalization) {
      normalization.setNOut(normalization.getNIn());
    }
    put(vertex, new LayerVertex(conf, preProcessor), input);
    types.put(vertex, conf.getLayer().getOutputType(-1, taken));
    return vertex;
  }

  /**
   * Adds a layer that starts from PyTorch's usual weights, between plus and minus {@code 1 /
   * sqrt(fan in)}.
   *
   * @param name within the branch
   * @param layer without the size of its input
   * @param input the vertex that it takes
   * @return the new vertex
   */
  public String add(String name, Layer layer, String input) {
    return add(name, layer, WeightInit.UNIFORM, input);
  }

  /**
   * Adds a function.
   *
   * @param name within the branch
   * @param function what is computed
   * @param inputs the vertices that it takes
   * @return the new vertex
   */
  public String add(String name, ArrayFunction function, String... inputs) {
    return addVertex(name, new FunctionVertex(function), inputs);
  }

  /**
   * Adds a vertex of DL4J's.
   *
   * @param name within the branch
   * @param vertex such as a sum
   * @param inputs the vertices that it takes
   * @return the new vertex
   */
  public String addVertex(String name, GraphVertex vertex, String... inputs) {
    String full = prefix + name;
    put(full, vertex, inputs);
    InputType[] inputTypes = Arrays.stream(inputs).map(types::get).toArray(InputType[]::new);
    types.put(full, vertex.getOutputType(-1, inputTypes));
    return full;
  }

  /**
   * The shape of what a vertex puts out for one example.
   *
   * @param vertex its full name
   */
  public List<Long> shape(String vertex) {
    return InputTypes.shape(types.get(vertex));
  }

  /**
   * A parameter of the vertex whose value the connector takes.
   *
   * @param vertex its full name
   * @param parameter such as {@code gamma}
   * @throws IllegalArgumentException when the vertex has no such parameter
   */
  public double[] parameter(String vertex, String parameter) {
    INDArray value = parameters.apply(vertex + "/" + parameter);
    if (value == null) {
      throw new IllegalArgumentException(
          "'%s' has no parameter '%s' that is known before training: it must be a BatchNorm of a frozen teacher"
              .formatted(vertex, parameter));
    }
    return value.castTo(DataType.DOUBLE).ravel().toDoubleVector();
  }

  private void put(String name, GraphVertex vertex, String... inputs) {
    graph.getVertices().put(name, vertex);
    graph.getVertexInputs().put(name, List.of(inputs));
  }
}
