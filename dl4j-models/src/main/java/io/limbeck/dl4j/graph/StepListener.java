package io.limbeck.dl4j.graph;

import io.limbeck.core.distiller.DistillResult;
import io.limbeck.core.distiller.Distiller;
import io.limbeck.dl4j.engine.CpuEngine;
import java.util.LinkedHashMap;
import java.util.Map;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.optimize.api.BaseTrainingListener;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The recorder of module outputs: DL4J calls it between the forward and the backward pass with the
 * output of every vertex. It lets the distiller compute the losses and hands their gradients to the
 * heads, so one forward pass of the student is enough.
 */
final class StepListener extends BaseTrainingListener {
  private final TrainingGraph graph;
  private final Distiller distiller;
  private final Map<String, Double> losses = new LinkedHashMap<>();

  /**
   * A listener for one graph.
   *
   * @param graph the graph
   * @param distiller null where there is only the task loss
   */
  StepListener(TrainingGraph graph, Distiller distiller) {
    this.graph = graph;
    this.distiller = distiller;
  }

  /** The losses of the last step by name: {@code distill.…} and {@code student.loss}. */
  Map<String, Double> losses() {
    return losses;
  }

  @Override
  public void onForwardPass(Model model, Map<String, INDArray> activations) {
    losses.clear();
    if (distiller != null) {
      distiller.student().record(activations);
      DistillResult result = distiller.distill();
      result.losses().forEach((name, loss) -> losses.put("distill." + name, loss));
      // DL4J divides the sum of the examples' gradients by their number, a distillation loss has
      // done so already.
      result
          .gradients()
          .forEach((vertex, gradient) -> graph.inject(vertex, gradient.muli(gradient.size(0))));
    }
    CpuEngine.beginBackward(graph.network());
  }

  /** Called after the score is there and before the parameters move. */
  @Override
  public void onBackwardPass(Model model) {
    if (graph.hasTaskLoss()) {
      ComputationGraph network = graph.network();
      losses.put("student.loss", network.score() - network.calcRegularizationScore(true));
    }
  }
}
