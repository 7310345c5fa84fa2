package io.limbeck.dl4j.graph;

import io.limbeck.core.delivery.DeliveryConfig;
import io.limbeck.core.distiller.PlannedConnector;
import io.limbeck.core.distiller.PlannedLoss;
import io.limbeck.core.loss.LossParameter;
import io.limbeck.core.network.NetworkDescription;
import io.limbeck.core.network.Side;
import io.limbeck.dl4j.head.GradientHead;
import io.limbeck.dl4j.head.LearntArray;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.graph.LayerVertex;

/** Puts a training graph together. */
final class TrainingGraphBuilder {
  private static final String HEAD_SUFFIX = ".distill";

  private final ComputationGraphConfiguration conf;
  private final StudentPlan plan;
  private final TrainingGraph.Surroundings around;
  private final TrainingOptions options;
  private final List<String> losses;
  private final String input;
  private final List<String> outputs = new ArrayList<>();
  private final Map<String, String> heads = new LinkedHashMap<>();

  TrainingGraphBuilder(
      ComputationGraphConfiguration logitsForm,
      StudentPlan plan,
      TrainingGraph.Surroundings around,
      TrainingOptions options) {
    this.conf = logitsForm.clone();
    this.plan = plan;
    this.around = around;
    this.options = options;
    this.losses = List.copyOf(conf.getNetworkOutputs());
    this.input = conf.getNetworkInputs().get(0);
  }

  TrainingGraph build() {
    List<String> inputs = new ArrayList<>(List.of(input));
    plan.teacherVertices().forEach(vertex -> inputs.add(ConnectorGraph.inputName(vertex)));
    conf.setNetworkInputs(inputs);
    plan.deliveries().forEach(this::deliver);
    plan.gradientVertices().forEach(this::addHead);
    Map<String, List<String>> connectors = addConnectors();
    plan.losses().forEach(this::addParameters);
    Map<String, String> taskLosses = taskLosses();
    losses.stream().filter(loss -> !taskLosses.containsKey(loss)).forEach(this::remove);
    if (options.learners() == Learners.GENERATOR) {
      Ancestors.keep(conf, outputs);
    }
    addHeadsToDeadEnds();
    outputs.addAll(taskLosses.keySet());
    GradientCorrections.apply(conf);
    conf.setNetworkOutputs(outputs);
    conf.getVertices().values().forEach(options::setOn);
    TopologicalOrder.forget(conf);
    return new TrainingGraph(Networks.learning(conf), plan, heads, connectors, taskLosses, options);
  }

  /** Sets the weights of those that count; the networks' names by loss layer. */
  private Map<String, String> taskLosses() {
    Map<String, String> counted = new LinkedHashMap<>();
    for (int i = 0; i < losses.size(); i++) {
      TaskLoss taskLoss = options.taskLosses().get(i);
      if (taskLoss.weight() > 0) {
        taskLoss.weigh(conf, losses.get(i));
        counted.put(losses.get(i), taskLoss.name());
      }
    }
    return counted;
  }

  private void remove(String vertex) {
    conf.getVertices().remove(vertex);
    conf.getVertexInputs().remove(vertex);
  }

  /** Whoever takes a delivered vertex' output takes the teacher's. */
  private void deliver(DeliveryConfig.ModuleOutputs delivery) {
    String replacement = ConnectorGraph.inputName(delivery.from());
    for (Map.Entry<String, List<String>> entry : conf.getVertexInputs().entrySet()) {
      entry.setValue(
          entry.getValue().stream()
              .map(name -> name.equals(delivery.source()) ? replacement : name)
              .toList());
    }
    addHead(delivery.source());
  }

  private Map<String, List<String>> addConnectors() {
    ConnectorBranches branches =
        new ConnectorBranches(conf, options.seed(), around.teacherParameters());
    for (PlannedConnector connector : plan.connectors()) {
      boolean ofStudent = connector.side() == Side.STUDENT;
      String from = ofStudent ? connector.vertex() : ConnectorGraph.inputName(connector.vertex());
      NetworkDescription network = ofStudent ? around.student() : around.teacher();
      branches.declare(from, network.shapeOf(connector.vertex()));
      branches.add(connector, from);
    }
    branches.outputs().values().forEach(vertices -> vertices.forEach(this::addHead));
    return branches.outputs();
  }

  private void addParameters(PlannedLoss planned) {
    for (LossParameter parameter : planned.parameters()) {
      String name = TrainingGraph.learntName(planned.name(), parameter.name());
      put(name, new LearntArray(name, parameter.shape(), parameter.initial()), input);
      outputs.add(name);
    }
  }

  private void addHead(String vertex) {
    if (!heads.containsKey(vertex)) {
      String head = vertex + HEAD_SUFFIX;
      put(head, new GradientHead(head), vertex);
      heads.put(vertex, head);
      outputs.add(head);
    }
  }

  /** DL4J cannot go back through a vertex whose output nothing takes. */
  private void addHeadsToDeadEnds() {
    for (String vertex : List.copyOf(conf.getVertices().keySet())) {
      if (!losses.contains(vertex) && !outputs.contains(vertex) && !isTaken(vertex)) {
        addHead(vertex);
      }
    }
  }

  private void put(String name, org.deeplearning4j.nn.conf.layers.Layer layer, String from) {
    NeuralNetConfiguration layerConf = new NeuralNetConfiguration();
    layerConf.setLayer(layer);
    layerConf.setDataType(conf.getDataType());
    conf.getVertices().put(name, new LayerVertex(layerConf, null));
    conf.getVertexInputs().put(name, List.of(from));
  }

  /** Whether anything takes a vertex' output. */
  private boolean isTaken(String vertex) {
    return conf.getVertexInputs().values().stream().anyMatch(taken -> taken.contains(vertex));
  }
}
