package io.limbeck.dl4j.graph;

import io.limbeck.core.distiller.GradientTarget;
import io.limbeck.core.network.NetworkDescription;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.optimize.api.BaseTrainingListener;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Gradients of all parameters for given gradients of some outputs, as training computes them. */
public final class WholeGradients {
  private final TrainingGraph graph;
  private final List<String> outputs;
  private final Map<String, INDArray> activations = new HashMap<>();
  private final Map<String, INDArray> gradients = new HashMap<>();
  private List<INDArray> seeds;

  /** Of a network without labels. */
  public WholeGradients(ComputationGraphConfiguration stock, List<String> outputs) {
    NetworkDescription nothing = new NetworkDescription("", List.of(), List.of(), "", "");
    this.outputs = outputs;
    this.graph =
        TrainingGraph.of(
            LogitsForm.of(stock),
            new StudentPlan(new LinkedHashSet<>(outputs), List.of(), List.of(), List.of()),
            new TrainingGraph.Surroundings(nothing, nothing, name -> null),
            new TrainingOptions(Fixtures.sgd(0), 1, 0));
    network()
        .setListeners(
            new BaseTrainingListener() {
              @Override
              public void onForwardPass(Model model, Map<String, INDArray> all) {
                all.forEach((name, array) -> activations.put(name, array.detach().dup()));
                for (int i = 0; i < seeds.size(); i++) {
                  graph.inject(new GradientTarget.Vertex(outputs.get(i)), seeds.get(i));
                }
              }

              @Override
              public void onGradientCalculation(Model model) {
                network()
                    .gradient()
                    .gradientForVariable()
                    .forEach((name, array) -> gradients.put(name, array.dup()));
              }
            });
  }

  /** The network that learns. */
  public ComputationGraph network() {
    return graph.network();
  }

  /** What a vertex put out in the last pass. */
  public INDArray activation(String vertex) {
    return activations.get(vertex);
  }

  /** One pass; gradients by DL4J's names, {@code LAYER_PARAMETER}. */
  public Map<String, INDArray> of(INDArray features, List<INDArray> ofOutputs) {
    seeds = ofOutputs;
    network().fit(graph.inputs(features, Map.of()), graph.labels(null));
    return gradients;
  }
}
