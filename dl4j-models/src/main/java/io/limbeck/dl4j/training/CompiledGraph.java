package io.limbeck.dl4j.training;

import io.limbeck.core.interception.Interception;
import io.limbeck.core.math.Contiguous;
import io.limbeck.dl4j.engine.CpuEngine;
import io.limbeck.dl4j.fusion.Fusion;
import io.limbeck.dl4j.fusion.Operation;
import io.limbeck.dl4j.fusion.Plan;
import io.limbeck.dl4j.fusion.Shapes;
import io.limbeck.dl4j.onednn.Buffers;
import io.limbeck.dl4j.onednn.OneDnn;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.openblas.global.openblas;
import org.deeplearning4j.nn.api.layers.IOutputLayer;
import org.deeplearning4j.nn.conf.BackpropType;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.gradient.DefaultGradient;
import org.deeplearning4j.nn.gradient.Gradient;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.graph.vertex.GraphVertex;
import org.deeplearning4j.nn.graph.vertex.impl.FrozenVertex;
import org.deeplearning4j.nn.graph.vertex.impl.LayerVertex;
import org.deeplearning4j.nn.layers.FrozenLayer;
import org.deeplearning4j.nn.layers.FrozenLayerWithBackprop;
import org.deeplearning4j.nn.workspace.ArrayType;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.deeplearning4j.optimize.api.BaseTrainingListener;
import org.deeplearning4j.optimize.api.TrainingListener;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.memory.MemoryWorkspace;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * DL4J's network, whose training steps run compiled where they can: BatchNorms and sums with the
 * ReLUs behind them, maps channels last, nothing allocated. Configuration, parameters, gradients,
 * updaters, listeners and files are DL4J's, and so are the layers that are not known here, as well
 * as all steps that somebody watches who wants to see every output.
 */
public final class CompiledGraph extends ComputationGraph {
  private static final long serialVersionUID = 1L;
  private static final int SIZES_KEPT = 2;

  private final transient Map<List<Object>, Optional<TrainingProgram>> programs =
      new LinkedHashMap<>(4, 0.75f, true);
  private final transient Buffers buffers = new Buffers();
  private final transient StepContext context = new StepContext();
  private final transient boolean fast = CpuEngine.status().fast() && OneDnn.isAvailable();
  private transient INDArray[] ofOutputs;
  private final transient Map<String, Double> scores = new HashMap<>();
  private transient boolean compiled;

  /**
   * A network.
   *
   * @param conf its configuration
   */
  public CompiledGraph(ComputationGraphConfiguration conf) {
    super(conf);
  }

  /** Whether the last step ran compiled. */
  public boolean isCompiled() {
    return compiled;
  }

  @Override
  public void setLabels(INDArray... labels) {
    super.setLabels(labels);
    ofOutputs = labels;
  }

  @Override
  public void setLabel(int labelNum, INDArray label) {
    super.setLabel(labelNum, label);
    ofOutputs = ofOutputs == null ? new INDArray[getNumOutputArrays()] : ofOutputs;
    ofOutputs[labelNum] = label;
  }

  @Override
  public void computeGradientAndScore() {
    Optional<TrainingProgram> program = isOurs() ? program() : Optional.empty();
    compiled = program.isPresent();
    if (compiled) {
      compiled = step(program.get());
    }
    if (!compiled) {
      super.computeGradientAndScore();
    }
  }

  private boolean isOurs() {
    return fast
        && configuration.getDataType() == DataType.FLOAT
        && configuration.getBackpropType() == BackpropType.Standard
        && getInputMaskArrays() == null
        && getLabelMaskArrays() == null
        && !Interception.isListeningIn("org.deeplearning4j.", "org.nd4j.")
        && getListeners().stream().allMatch(CompiledGraph::saysWhatItObserves)
        && isFinite();
  }

  private static boolean saysWhatItObserves(TrainingListener listener) {
    try {
      Class<?> observer =
          listener
              .getClass()
              .getMethod("onForwardPass", org.deeplearning4j.nn.api.Model.class, Map.class)
              .getDeclaringClass();
      return listener instanceof Observing
          || observer == BaseTrainingListener.class
          || observer == TrainingListener.class;
    } catch (NoSuchMethodException e) {
      return false;
    }
  }

  /** oneDNN's ReLU makes zeros of NaN: whoever looks for where they began shall find them. */
  private boolean isFinite() {
    for (INDArray input : getInputs()) {
      if (input.dataType() != DataType.FLOAT || !isFinite(input)) {
        return false;
      }
    }
    return isFinite(flattenedParams);
  }

  private static boolean isFinite(INDArray array) {
    INDArray dense = Contiguous.of(array);
    float sum =
        openblas.cblas_sasum((int) dense.length(), new FloatPointer(Contiguous.address(dense)), 1);
    return Float.isFinite(sum);
  }

  private Set<String> observed() {
    Set<String> all = new TreeSet<>();
    for (TrainingListener listener : getListeners()) {
      if (listener instanceof Observing observing) {
        all.addAll(observing.observed());
      }
    }
    return all;
  }

  /** An epoch's last mini-batch may be smaller. */
  private Optional<TrainingProgram> program() {
    if (flattenedGradients == null) {
      initGradientsView();
    }
    Set<String> observed = observed();
    List<Object> key =
        List.of(
            Arrays.stream(getInputs()).map(input -> Arrays.toString(input.shape())).toList(),
            observed,
            Contiguous.address(flattenedParams).address(),
            Contiguous.address(flattenedGradients).address());
    if (!programs.containsKey(key)) {
      // One runs at a time, and keeps nothing from step to step.
      buffers.takeBackAll();
      programs.put(key, compile(observed));
      if (programs.size() > SIZES_KEPT) {
        programs.remove(programs.keySet().iterator().next());
      }
    }
    return programs.get(key);
  }

  private Optional<TrainingProgram> compile(Set<String> observed) {
    List<String> order =
        IntStream.of(topologicalSortOrder())
            .mapToObj(index -> vertices[index].getVertexName())
            .toList();
    Plan plan = Fusion.learning(configuration, order, observed);
    if (plan.operations().stream().noneMatch(CompiledGraph::multiplies)
        || Arrays.stream(vertices).anyMatch(CompiledGraph::isFrozen)
        || configuration.getNetworkOutputs().stream()
            .anyMatch(output -> !(getLayer(output) instanceof IOutputLayer))) {
      return Optional.empty();
    }
    long[][] features = Arrays.stream(getInputs()).map(INDArray::shape).toArray(long[][]::new);
    try {
      return Shapes.of(configuration, plan, features)
          .map(shapes -> new TrainingProgram(this, plan, shapes, observed, buffers, context));
    } catch (RuntimeException e) {
      // What oneDNN has no primitive for, or no network can take, is the layers' to do or to
      // refuse.
      return Optional.empty();
    }
  }

  /** DL4J does not go back beyond it. */
  private static boolean isFrozen(GraphVertex vertex) {
    return vertex instanceof FrozenVertex
        || (vertex.hasLayer()
            && (vertex.getLayer() instanceof FrozenLayer
                || vertex.getLayer() instanceof FrozenLayerWithBackprop));
  }

  private static boolean multiplies(Operation operation) {
    return operation instanceof Operation.Convolve || operation instanceof Operation.Product;
  }

  /**
   * What DL4J's own does, with the program in place of the vertices one by one.
   *
   * @return whether it did; not where numbers were not finite, before anybody saw them
   */
  private boolean step(TrainingProgram program) {
    synchronizeIterEpochCounts();
    LayerWorkspaceMgr workspaces = workspaces();
    context.begin(workspaces, ofOutputs);
    try (MemoryWorkspace scope = workspaces.notifyScopeEntered(ArrayType.ACTIVATIONS)) {
      program.forward();
      if (!program.isFinite()) {
        return false;
      }
      Map<String, INDArray> activations = program.activations();
      try (MemoryWorkspace outside = Nd4j.getMemoryManager().scopeOutOfWorkspaces()) {
        for (TrainingListener listener : getListeners()) {
          listener.onForwardPass(this, activations);
        }
      }
      program.backward();
      if (gradient == null) {
        gradient = gradients();
      }
      score = score(program, workspaces);
      try (MemoryWorkspace outside = Nd4j.getMemoryManager().scopeOutOfWorkspaces()) {
        for (TrainingListener listener : getListeners()) {
          listener.onBackwardPass(this);
        }
      }
    }
    for (GraphVertex vertex : vertices) {
      vertex.clear();
    }
    return true;
  }

  /** Everything in one workspace: what DL4J's own layers have to do here is little. */
  private LayerWorkspaceMgr workspaces() {
    LayerWorkspaceMgr.Builder builder = LayerWorkspaceMgr.builder();
    for (ArrayType type : ArrayType.values()) {
      boolean working =
          type == ArrayType.FF_WORKING_MEM
              || type == ArrayType.BP_WORKING_MEM
              || type == ArrayType.RNN_FF_LOOP_WORKING_MEM
              || type == ArrayType.RNN_BP_LOOP_WORKING_MEM;
      builder =
          working
              ? builder.with(type, WS_LAYER_WORKING_MEM, WS_LAYER_WORKING_MEM_CONFIG)
              : builder.with(type, WS_ALL_LAYERS_ACT, WS_ALL_LAYERS_ACT_CONFIG);
    }
    LayerWorkspaceMgr workspaces = builder.build();
    workspaces.setHelperWorkspacePointers(helperWorkspaces);
    return workspaces;
  }

  private double score(TrainingProgram program, LayerWorkspaceMgr workspaces) {
    double sum = calcRegularizationScore(true);
    scores.clear();
    for (String output : configuration.getNetworkOutputs()) {
      OptionalDouble loss = program.loss(output);
      double score =
          loss.isPresent()
              ? loss.getAsDouble()
              : score((LayerVertex) getVertex(output), workspaces);
      scores.put(output, score);
      sum += score;
    }
    return sum;
  }

  /**
   * The loss of one of the outputs in the last step, for a listener between the way back and the
   * update.
   *
   * @param output its vertex
   */
  public double score(String output) {
    return compiled
        ? scores.get(output)
        : ((IOutputLayer) getLayer(output)).computeScore(0, true, LayerWorkspaceMgr.noWorkspaces());
  }

  private static double score(LayerVertex output, LayerWorkspaceMgr workspaces) {
    if (!output.isSetLayerInput()) {
      output.applyPreprocessorAndSetInput(workspaces);
    }
    try (MemoryWorkspace scope = workspaces.notifyScopeEntered(ArrayType.FF_WORKING_MEM)) {
      return ((IOutputLayer) output.getLayer()).computeScore(0, true, workspaces);
    }
  }

  private Gradient gradients() {
    Gradient all = new DefaultGradient(flattenedGradients);
    for (int index : topologicalSortOrder()) {
      GraphVertex vertex = vertices[index];
      if (vertex.hasLayer() && vertex.getLayer().numParams() > 0) {
        Parameters.gradients(vertex.getLayer())
            .forEach((name, view) -> all.setGradientFor(vertex.getVertexName() + "_" + name, view));
      }
    }
    return all;
  }
}
