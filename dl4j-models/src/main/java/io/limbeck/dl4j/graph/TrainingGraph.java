package io.limbeck.dl4j.graph;

import io.limbeck.core.distiller.GradientTarget;
import io.limbeck.core.network.NetworkDescription;
import io.limbeck.dl4j.head.GradientHeadLayer;
import io.limbeck.dl4j.head.LearntArrayLayer;
import io.limbeck.dl4j.training.CompiledGraph;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * A student made ready for training: its own vertices, the connectors that train, what losses
 * learn, and at every place where a distillation loss' gradient enters a head. Everything that
 * learns lies in the one flat vector of this graph. The student's vertices keep their names and
 * parameters, so a trained vector goes back into the plain student by name.
 */
public final class TrainingGraph {
  static final String LOSS_PREFIX = "distill_losses.";

  private final CompiledGraph network;
  private final StudentPlan plan;
  private final Map<String, String> heads;
  private final Map<String, List<String>> connectorOutputs;
  private final Map<String, String> taskLosses;
  private final Learners learners;
  private final double labelSmoothVal;
  private INDArray targets;

  TrainingGraph(
      CompiledGraph network,
      StudentPlan plan,
      Map<String, String> heads,
      Map<String, List<String>> connectorOutputs,
      Map<String, String> taskLosses,
      TrainingOptions options) {
    this.network = network;
    this.plan = plan;
    this.heads = heads;
    this.connectorOutputs = connectorOutputs;
    this.taskLosses = taskLosses;
    this.learners = options.learners();
    this.labelSmoothVal = options.schedule().labelSmoothVal();
  }

  /**
   * Makes a training graph of a student alone, with fresh weights.
   *
   * @param logitsForm the student, as {@link LogitsForm#of} gives it; not changed
   * @param options updater, learning rate, weight of the task loss
   */
  public static TrainingGraph supervised(
      ComputationGraphConfiguration logitsForm, TrainingOptions options) {
    NetworkDescription nothing = new NetworkDescription("", List.of(), List.of(), "", "");
    return of(
        logitsForm, StudentPlan.none(), new Surroundings(nothing, nothing, name -> null), options);
  }

  /**
   * What connectors must know of the two networks.
   *
   * @param student what can be recorded in the student
   * @param teacher what can be recorded in the teacher
   * @param teacherParameters finds a parameter of the teacher by its full name
   */
  public record Surroundings(
      NetworkDescription student,
      NetworkDescription teacher,
      Function<String, INDArray> teacherParameters) {}

  /**
   * Makes a training graph with fresh weights.
   *
   * @param logitsForm the student, as {@link LogitsForm#of} gives it; not changed
   * @param plan what the distiller adds
   * @param around the two networks
   * @param options updater, learning rate, weight of the task loss
   * @throws io.limbeck.core.error.UserException when a connector cannot be built
   */
  public static TrainingGraph of(
      ComputationGraphConfiguration logitsForm,
      StudentPlan plan,
      Surroundings around,
      TrainingOptions options) {
    return new TrainingGraphBuilder(logitsForm, plan, around, options).build();
  }

  /** The graph that DL4J trains. */
  public ComputationGraph network() {
    return network;
  }

  /** Whether the last step ran compiled. */
  boolean isCompiled() {
    return network.isCompiled();
  }

  /** The name of the student's input. */
  String input() {
    return network.getConfiguration().getNetworkInputs().get(0);
  }

  /** Whether a cross-entropy with the labels is part of the graph. */
  boolean hasTaskLoss() {
    return !taskLosses.isEmpty();
  }

  /** The vertices whose outputs those cross-entropies are of. */
  List<String> taskLossInputs() {
    return taskLosses.keySet().stream()
        .map(loss -> network.getConfiguration().getVertexInputs().get(loss).get(0))
        .toList();
  }

  /** What the last step's cross-entropies with the labels were, by network. */
  Map<String, Double> taskLossValues() {
    if (taskLosses.size() == 1) {
      double value = network.score() - network.calcRegularizationScore(true);
      return Map.of(taskLosses.values().iterator().next(), value);
    }
    Map<String, Double> values = new LinkedHashMap<>();
    taskLosses.forEach((loss, name) -> values.put(name, network.score(loss)));
    return values;
  }

  /** The teacher's vertices whose outputs are inputs of this graph. */
  List<String> teacherVertices() {
    return plan.teacherVertices();
  }

  /**
   * The inputs of a step.
   *
   * @param features of the mini-batch
   * @param teacher what the teacher's vertices put out
   */
  INDArray[] inputs(INDArray features, Map<String, INDArray> teacher) {
    List<INDArray> all = new ArrayList<>();
    all.add(features);
    plan.teacherVertices().forEach(vertex -> all.add(teacher.get(vertex)));
    return all.toArray(INDArray[]::new);
  }

  /**
   * One array of labels for each output: only task losses take any, smoothed where that is wanted:
   * C. Szegedy et al., "Rethinking the Inception Architecture for Computer Vision", CVPR 2016,
   * arXiv:1512.00567, section 7.
   *
   * @param labels one-hot, {@code [batch, classes]} or, for every pixel, {@code [batch, classes,
   *     height, width]}
   */
  INDArray[] labels(INDArray labels) {
    INDArray[] all = new INDArray[network.getNumOutputArrays()];
    if (hasTaskLoss()) {
      // They are the last of the outputs.
      Arrays.fill(all, all.length - taskLosses.size(), all.length, targets(labels));
    }
    return all;
  }

  /** DL4J sums over the pixels of an example; their mean is of one size, however many there are. */
  private INDArray targets(INDArray labels) {
    long pixels = labels.rank() == 4 ? labels.size(2) * labels.size(3) : 1;
    if (labelSmoothVal == 0 && pixels == 1) {
      return labels;
    }
    if (targets == null || !targets.equalShapes(labels)) {
      targets = Nd4j.createUninitializedDetached(labels.dataType(), labels.shape());
    }
    return targets
        .assign(labels)
        .muli((1 - labelSmoothVal) / pixels)
        .addi(labelSmoothVal / (pixels * labels.size(1)));
  }

  /**
   * An output of a connector in this graph.
   *
   * @param activations of a forward pass
   * @param connector its name
   * @param index which output
   * @return null for a connector that does not train
   */
  INDArray connectorOutput(Map<String, INDArray> activations, String connector, int index) {
    List<String> vertices = connectorOutputs.get(connector);
    return vertices == null ? null : activations.get(vertices.get(index));
  }

  /**
   * A parameter of a loss.
   *
   * @param name the loss
   * @param parameter of it
   */
  INDArray lossParameter(String name, String parameter) {
    return ((LearntArrayLayer) network.getLayer(learntName(name, parameter))).value();
  }

  /**
   * Hands a gradient to where it enters back-propagation, or keeps it for {@link #afterBackward}.
   *
   * @param target where it belongs
   * @param gradient of the sum of the examples' losses
   * @return whether it was handed on
   */
  boolean inject(GradientTarget target, INDArray gradient) {
    if (target instanceof GradientTarget.Vertex vertex) {
      head(vertex.name()).inject(gradient);
      return true;
    }
    if (target instanceof GradientTarget.ConnectorOutput output) {
      head(connectorOutputs.get(output.connector()).get(output.index())).inject(gradient);
      return true;
    }
    if (target instanceof GradientTarget.LossParameter parameter) {
      String name = learntName(parameter.loss(), parameter.parameter());
      ((LearntArrayLayer) network.getLayer(name)).inject(gradient);
      return true;
    }
    return false;
  }

  /**
   * Finishes the gradients between the backward pass and the update: adds those of parameters that
   * losses read directly, and takes away those of what does not learn.
   *
   * @param ofParameters gradients of the sum of the examples' losses, by full name
   */
  void afterBackward(Map<String, INDArray> ofParameters) {
    Map<String, INDArray> all = network.gradient().gradientForVariable();
    if (learners != Learners.ALL) {
      all.forEach(
          (name, gradient) -> {
            if (!learners.include(name)) {
              gradient.assign(0);
            }
          });
    }
    ofParameters.forEach(
        (name, gradient) -> all.get(name.replaceFirst("/([^/]+)$", "_$1")).addi(gradient));
  }

  private GradientHeadLayer head(String vertex) {
    return (GradientHeadLayer) network.getLayer(heads.get(vertex));
  }

  static String learntName(String loss, String parameter) {
    return LOSS_PREFIX + loss + "." + parameter;
  }
}
