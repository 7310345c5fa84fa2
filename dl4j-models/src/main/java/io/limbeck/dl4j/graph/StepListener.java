package io.limbeck.dl4j.graph;

import io.limbeck.core.distiller.DistillResult;
import io.limbeck.core.distiller.GradientTarget;
import io.limbeck.dl4j.engine.CpuEngine;
import io.limbeck.dl4j.training.Observing;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.optimize.api.BaseTrainingListener;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The recorder of module outputs: DL4J calls it between the forward and the backward pass with the
 * output of every vertex. It has the losses computed and hands their gradients to the heads, so one
 * forward pass of the student is enough.
 */
final class StepListener extends BaseTrainingListener implements Observing {
  private final TrainingGraph graph;
  private final Set<String> observed;
  private final Function<Map<String, INDArray>, DistillResult> distil;
  private final Map<String, Double> losses = new LinkedHashMap<>();
  private final Map<String, INDArray> ofParameters = new LinkedHashMap<>();
  private String diagnosis;

  /**
   * A listener for one graph.
   *
   * @param graph the graph
   * @param recorded the vertices whose outputs the losses are computed from
   * @param distil computes the losses from the outputs of all vertices; null where there is only
   *     the task loss
   */
  StepListener(
      TrainingGraph graph,
      Set<String> recorded,
      Function<Map<String, INDArray>, DistillResult> distil) {
    this.graph = graph;
    this.observed = new TreeSet<>(recorded);
    observed.addAll(graph.taskLossInputs());
    this.distil = distil;
  }

  /** The losses of the last step by name: {@code distill.…} and {@code student.loss}. */
  Map<String, Double> losses() {
    return losses;
  }

  /** Where the last step's numbers first ceased to be finite; null where they did not. */
  String diagnosis() {
    return diagnosis;
  }

  @Override
  public Set<String> observed() {
    return observed;
  }

  @Override
  public void onForwardPass(Model model, Map<String, INDArray> activations) {
    losses.clear();
    ofParameters.clear();
    DistillResult result = distil == null ? null : distil.apply(activations);
    if (result != null) {
      result.losses().forEach((name, loss) -> losses.put("distill." + name, loss));
      // DL4J divides the sum of the examples' gradients by their number, a distillation loss has
      // done so already.
      long examples = graph.network().batchSize();
      result.gradients().forEach((target, gradient) -> hand(target, gradient.muli(examples)));
    }
    diagnosis = diagnose(activations);
    CpuEngine.beginBackward(graph.network());
  }

  /** The step goes on and spoils the parameters, so this is the moment to look. */
  private String diagnose(Map<String, INDArray> activations) {
    boolean bad =
        !losses.values().stream().allMatch(Double::isFinite)
            || graph.taskLossInputs().stream()
                .anyMatch(logits -> NonFinite.in(activations.get(logits)).isPresent());
    return bad ? NonFinite.first(graph.network(), all(activations)).orElse(null) : null;
  }

  /** A compiled step has only what is observed. */
  private Map<String, INDArray> all(Map<String, INDArray> activations) {
    ComputationGraph network = graph.network();
    return graph.isCompiled()
        ? Networks.sharing(network.getConfiguration(), network.params())
            .feedForward(network.getInputs(), true)
        : activations;
  }

  private void hand(GradientTarget target, INDArray gradient) {
    if (!graph.inject(target, gradient)
        && target instanceof GradientTarget.StudentParameter parameter) {
      ofParameters.put(parameter.name(), gradient);
    }
  }

  /** Called after the backward pass and before the updater. */
  @Override
  public void onGradientCalculation(Model model) {
    graph.afterBackward(ofParameters);
  }

  /** Called after the score is there and before the parameters move. */
  @Override
  public void onBackwardPass(Model model) {
    graph.taskLossValues().forEach((name, value) -> losses.put(name + ".loss", value));
  }
}
