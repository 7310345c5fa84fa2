package io.limbeck.dl4j.graph;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A frozen teacher that runs only as far as its deepest recorded vertex, whole in inference mode:
 * dropout off, BatchNorm with its running statistics. It never computes or keeps gradients. Not for
 * use by several threads.
 */
public final class TeacherGraph {
  private final ComputationGraph network;
  private final List<String> taps;

  /**
   * A teacher from its truncated network.
   *
   * @param network as {@link FrozenNetwork} makes it
   * @param taps its outputs, the recorded vertices
   */
  TeacherGraph(ComputationGraph network, List<String> taps) {
    this.network = network;
    this.taps = taps;
  }

  /**
   * The part of a network that its recorded vertices need.
   *
   * @param logitsForm the whole network; not changed
   * @param taps the recorded vertices, which become its outputs
   * @return a copy without everything else
   */
  static ComputationGraphConfiguration truncate(
      ComputationGraphConfiguration logitsForm, Collection<String> taps) {
    ComputationGraphConfiguration conf = logitsForm.clone();
    Set<String> needed = new HashSet<>();
    Deque<String> open = new ArrayDeque<>(taps);
    while (!open.isEmpty()) {
      String vertex = open.pop();
      if (needed.add(vertex)) {
        open.addAll(conf.getVertexInputs().getOrDefault(vertex, List.of()));
      }
    }
    conf.getVertices().keySet().retainAll(needed);
    conf.getVertexInputs().keySet().retainAll(needed);
    conf.setNetworkOutputs(new ArrayList<>(taps));
    TopologicalOrder.forget(conf);
    return conf;
  }

  /**
   * Runs the teacher.
   *
   * @param features a mini-batch
   * @return the recorded vertices' outputs, outside any workspace
   */
  public Map<String, INDArray> forward(INDArray features) {
    INDArray[] outputs = network.output(false, features);
    Map<String, INDArray> activations = new LinkedHashMap<>();
    for (int i = 0; i < outputs.length; i++) {
      activations.put(taps.get(i), outputs[i]);
    }
    return activations;
  }
}
