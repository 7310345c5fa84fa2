package io.limbeck.dl4j.training;

import io.limbeck.core.math.Contiguous;
import io.limbeck.dl4j.fusion.Operation;
import io.limbeck.dl4j.fusion.Operation.Add;
import io.limbeck.dl4j.fusion.Operation.Convolve;
import io.limbeck.dl4j.fusion.Operation.Flatten;
import io.limbeck.dl4j.fusion.Operation.Normalize;
import io.limbeck.dl4j.fusion.Operation.Own;
import io.limbeck.dl4j.fusion.Operation.Pool;
import io.limbeck.dl4j.fusion.Operation.Product;
import io.limbeck.dl4j.fusion.Operation.Rectify;
import io.limbeck.dl4j.fusion.Plan;
import io.limbeck.dl4j.fusion.Shapes;
import io.limbeck.dl4j.fusion.Windows;
import io.limbeck.dl4j.head.GradientHeadLayer;
import io.limbeck.dl4j.onednn.Buffers;
import io.limbeck.dl4j.onednn.OneDnn;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.Set;
import org.bytedeco.dnnl.memory;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.graph.vertex.GraphVertex;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A network's step for mini-batches of one size: its operations one after the other, and back. It
 * reads parameters and writes gradients where DL4J keeps them. For one thread at a time.
 */
final class TrainingProgram {
  private final ComputationGraph network;
  private final Shapes shapes;
  private final StepContext context;
  private final Map<String, Tensor> tensors = new LinkedHashMap<>();
  private final Map<String, String> same;
  private final Map<String, Integer> takers = new HashMap<>();
  private final List<NormalizationStage> normalizations = new ArrayList<>();
  private final Map<String, CrossEntropyStage> losses = new HashMap<>();
  private final Set<String> heads = new HashSet<>();
  private final Work there;
  private final Work back;

  /**
   * Compiles.
   *
   * @param network that learns
   * @param plan its operations
   * @param shapes of their values
   * @param observed vertices whose outputs somebody looks at
   * @param buffers for what lives no longer than a step
   * @param context of the step
   */
  TrainingProgram(
      ComputationGraph network,
      Plan plan,
      Shapes shapes,
      Collection<String> observed,
      Buffers buffers,
      StepContext context) {
    this.network = network;
    this.shapes = shapes;
    this.context = context;
    this.same = plan.same();
    this.there = new Work(buffers);
    this.back = new Work(buffers);
    List<String> inputs = network.getConfiguration().getNetworkInputs();
    for (int i = 0; i < inputs.size(); i++) {
      takeInput(inputs.get(i), i, isTakenByOperation(plan, inputs.get(i)));
    }
    List<Stage> learning = addForward(plan, onArrays(plan, observed));
    for (int i = learning.size() - 1; i >= 0; i--) {
      learning.get(i).backward(back);
    }
  }

  /** Who looks at a value, or is DL4J's own, takes an array. */
  private static Set<String> onArrays(Plan plan, Collection<String> observed) {
    Set<String> names = new HashSet<>(observed.stream().map(plan::source).toList());
    plan.operations().stream()
        .filter(Own.class::isInstance)
        .forEach(own -> names.addAll(own.inputs()));
    return names;
  }

  /** Adds the way there; returns what has a way back. */
  private List<Stage> addForward(Plan plan, Set<String> onArrays) {
    List<Stage> learning = new ArrayList<>();
    for (Operation operation : plan.operations()) {
      operation.inputs().forEach(input -> takers.merge(input, 1, Integer::sum));
    }
    for (Operation operation : plan.operations()) {
      Tensor output = tensor(operation);
      tensors.put(operation.name(), output);
      Stage stage = stage(plan, operation);
      stage.forward(there);
      if (!output.isOwn() && onArrays.contains(operation.name())) {
        there.move(output.values(), output.makeArray());
      }
      if (output.wantsGradient()) {
        learning.add(stage);
      }
    }
    return learning;
  }

  private static boolean isTakenByOperation(Plan plan, String name) {
    return plan.operations().stream()
        .anyMatch(each -> !(each instanceof Own) && each.inputs().contains(name));
  }

  private void takeInput(String name, int number, boolean takenByOperation) {
    Tensor tensor = tensor(name, false, false);
    tensors.put(name, tensor);
    there.add(() -> tensor.array(network.getInput(number)));
    if (takenByOperation) {
      tensor.put(there.buffer(tensor.bytes()));
      memory array = new memory(tensor.plain(), OneDnn.cpu(), null);
      there.add(
          () -> {
            tensor.array(Contiguous.of(tensor.array()));
            array.set_data_handle(Contiguous.address(tensor.array()));
          });
      there.move(array, tensor.values());
    }
  }

  private Tensor tensor(Operation operation) {
    boolean own = operation instanceof Own;
    boolean learns =
        own
            || operation instanceof Convolve
            || operation instanceof Product
            || operation instanceof Normalize
            || operation.inputs().stream().anyMatch(input -> tensors.get(input).wantsGradient());
    return tensor(operation.name(), learns, own);
  }

  private Tensor tensor(String name, boolean wantsGradient, boolean own) {
    return shapes.has(name)
        ? new Tensor(shapes.of(name), shapes.desc(name), shapes.plain(name), wantsGradient, own)
        : new Tensor(null, null, null, wantsGradient, own);
  }

  private Stage stage(Plan plan, Operation operation) {
    Tensor output = tensors.get(operation.name());
    List<Tensor> inputs = operation.inputs().stream().map(tensors::get).toList();
    Tensor input = inputs.get(0);
    if (operation instanceof Convolve it) {
      return new ConvolutionStage(
          Windows.of(it, input.shape(), output.shape()),
          parameters(it.layer()),
          input,
          output,
          it.relu());
    }
    if (operation instanceof Product it) {
      return new ProductStage(parameters(it.layer()), input, output, it.relu());
    }
    if (operation instanceof Normalize it) {
      var conf = (BatchNormalization) network.getLayer(it.layer()).conf().getLayer();
      NormalizationStage stage =
          new NormalizationStage(
              conf, parameters(it.layer()), input, output, shapes.map(it.name()), it.relu());
      normalizations.add(stage);
      return stage;
    }
    if (operation instanceof Add it) {
      return new SumStage(input, inputs.get(1), output, it.relu(), spent(plan, it));
    }
    if (operation instanceof Rectify) {
      return new ReluStage(input, output);
    }
    if (operation instanceof Pool it) {
      memory.desc pooled = shapes.map(it.name());
      long[] shape = output.shape();
      long[] map = {
        shape[0], shape[1], shape.length == 4 ? shape[2] : 1, shape.length == 4 ? shape[3] : 1
      };
      return new PoolingStage(
          Windows.of(it, input.shape(), map), Windows.takesLargest(it), input, output, pooled);
    }
    if (operation instanceof Flatten) {
      return new FlattenStage(input, output);
    }
    return own(operation.name(), inputs, output, isTakenByOperation(plan, operation.name()));
  }

  private Stage own(String name, List<Tensor> inputs, Tensor output, boolean takenElsewhere) {
    GraphVertex vertex = network.getVertex(name);
    int number = network.getConfiguration().getNetworkOutputs().indexOf(name);
    Tensor input = inputs.get(0);
    if (vertex.getLayer() instanceof GradientHeadLayer head && input.isKnown()) {
      heads.add(name);
      return new HeadStage(head, input);
    }
    if (number >= 0 && CrossEntropyStage.fits(vertex.getLayer(), input)) {
      CrossEntropyStage stage = new CrossEntropyStage(vertex.getLayer(), input, number, context);
      losses.put(name, stage);
      return stage;
    }
    return new OwnStage(vertex, number, inputs, output, takenElsewhere, context);
  }

  private Parameters parameters(String layer) {
    return new Parameters(network.getLayer(layer));
  }

  /** An operand that nobody else reads, neither on the way there nor on the way back. */
  private Tensor spent(Plan plan, Add sum) {
    for (String name : sum.inputs()) {
      boolean mayGo =
          plan.operations().stream()
              .filter(operation -> operation.name().equals(name))
              .anyMatch(
                  operation ->
                      operation instanceof Normalize
                          || (operation instanceof Convolve it && !it.relu()));
      if (mayGo && takers.get(name) == 1) {
        return tensors.get(name);
      }
    }
    return null;
  }

  /** Runs on the way there. */
  void forward() {
    there.run();
  }

  /** Whether the statistics of what was normalised are finite. */
  boolean isFinite() {
    return normalizations.stream().allMatch(NormalizationStage::isFinite);
  }

  /** What somebody looks at, and whatever else there are arrays of, by vertex. */
  Map<String, INDArray> activations() {
    Map<String, INDArray> arrays = new LinkedHashMap<>();
    tensors.forEach(
        (name, tensor) -> {
          if (tensor.array() != null) {
            arrays.put(name, tensor.array());
          }
        });
    same.forEach(
        (name, source) -> {
          if (arrays.containsKey(source)) {
            arrays.put(name, arrays.get(source));
          }
        });
    return arrays;
  }

  /**
   * The loss of an output after the way back; empty where it is the layer's to compute.
   *
   * @param output its vertex
   */
  OptionalDouble loss(String output) {
    CrossEntropyStage computed = losses.get(output);
    if (computed != null) {
      return OptionalDouble.of(computed.loss());
    }
    return heads.contains(output) ? OptionalDouble.of(0) : OptionalDouble.empty();
  }

  /** Runs on the way back. */
  void backward() {
    back.run();
  }
}
