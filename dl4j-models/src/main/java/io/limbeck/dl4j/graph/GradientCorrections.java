package io.limbeck.dl4j.graph;

import io.limbeck.dl4j.function.HalfGradient;
import io.limbeck.dl4j.function.SequenceAttention;
import io.limbeck.dl4j.vertex.FunctionVertex;
import java.util.List;
import java.util.Map;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.graph.AttentionVertex;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.deeplearning4j.nn.conf.graph.LayerVertex;
import org.deeplearning4j.nn.conf.layers.samediff.SameDiffLayer;
import org.deeplearning4j.nn.conf.layers.samediff.SameDiffVertex;

/**
 * Makes the gradients of a graph right where DL4J 1.0.0-M2.1 gets them wrong. Its layers and
 * vertices that are written in SameDiff (attention, locally connected layers, capsules, a user's
 * own) count the gradient that comes back to them twice, since they declare it twice: what they
 * hand on and what their own parameters get is doubled. Files keep DL4J's own vertices.
 */
final class GradientCorrections {
  private static final String SUFFIX = ".half_gradient";

  private GradientCorrections() {}

  /** Corrects a graph that is trained, when it has all of its vertices. */
  static void apply(ComputationGraphConfiguration conf) {
    replaceAttention(conf);
    for (String name : List.copyOf(conf.getVertices().keySet())) {
      if (isSameDiff(conf.getVertices().get(name))) {
        halve(conf, name);
      }
    }
  }

  /** Attention without parameters as a function of ours: DL4J's way back takes longer. */
  static void replaceAttention(ComputationGraphConfiguration conf) {
    conf.getVertices()
        .replaceAll(
            (name, vertex) ->
                vertex instanceof AttentionVertex attention && !attention.isProjectInput()
                    ? new FunctionVertex(new SequenceAttention())
                    : vertex);
  }

  private static boolean isSameDiff(GraphVertex vertex) {
    if (vertex instanceof LayerVertex layer) {
      return layer.getLayerConf().getLayer() instanceof SameDiffLayer;
    }
    return vertex instanceof SameDiffVertex;
  }

  private static void halve(ComputationGraphConfiguration conf, String name) {
    String half = name + SUFFIX;
    for (Map.Entry<String, List<String>> entry : conf.getVertexInputs().entrySet()) {
      entry.setValue(
          entry.getValue().stream().map(input -> input.equals(name) ? half : input).toList());
    }
    conf.getVertices().put(half, new FunctionVertex(new HalfGradient()));
    conf.getVertexInputs().put(half, List.of(name));
  }
}
