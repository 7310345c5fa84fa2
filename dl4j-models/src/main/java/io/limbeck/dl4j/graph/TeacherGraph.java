package io.limbeck.dl4j.graph;

import io.limbeck.core.interception.Interception;
import io.limbeck.core.network.Teacher;
import io.limbeck.dl4j.engine.HeapCopy;
import io.limbeck.dl4j.inference.CompiledNetwork;
import io.limbeck.dl4j.normalization.SteadyNormalization;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.graph.ScaleVertex;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A frozen teacher that runs only as far as its deepest recorded vertex, whole in inference mode:
 * dropout off, BatchNorm with its running statistics. It never computes or keeps gradients. Not for
 * use by several threads.
 */
public final class TeacherGraph implements Teacher {
  private static final String LEAF_SUFFIX = ".tap";

  private final ComputationGraph network;
  private final List<String> taps;
  private final Optional<CompiledNetwork> compiled;

  /**
   * A teacher from its truncated network.
   *
   * @param network as {@link FrozenNetwork} makes it
   * @param taps its outputs, the recorded vertices
   * @param compiled the same network, where it can be compiled
   */
  TeacherGraph(ComputationGraph network, List<String> taps, Optional<CompiledNetwork> compiled) {
    this.network = network;
    this.taps = taps;
    this.compiled = compiled;
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
    Ancestors.keep(conf, taps);
    conf.setNetworkOutputs(taps.stream().map(tap -> leaf(conf, tap)).toList());
    TopologicalOrder.forget(conf);
    return conf;
  }

  /**
   * A vertex at the end of the graph that puts out what a recorded one does. With two outputs that
   * other vertices take, {@code ComputationGraph.output} of DL4J 1.0.0-M2.1 mixes up its workspaces
   * and throws a NullPointerException.
   */
  private static String leaf(ComputationGraphConfiguration conf, String tap) {
    if (conf.getVertexInputs().values().stream().noneMatch(inputs -> inputs.contains(tap))) {
      return tap;
    }
    String leaf = tap + LEAF_SUFFIX;
    conf.getVertices().put(leaf, new ScaleVertex(1));
    conf.getVertexInputs().put(leaf, List.of(tap));
    return leaf;
  }

  /** The part of the network that runs. */
  ComputationGraphConfiguration configuration() {
    return network.getConfiguration();
  }

  /**
   * The same network with other weights; not for one whose weights are shared.
   *
   * @param parameters the flat vector
   */
  public void setParameters(float[] parameters) {
    if (parameters.length > 0) {
      HeapCopy.to(network.params(), parameters, 0);
      compiled.ifPresent(CompiledNetwork::parametersChanged);
    }
  }

  @Override
  public Map<String, INDArray> forward(INDArray features) {
    Map<String, INDArray> activations = new LinkedHashMap<>();
    activations.put(network.getConfiguration().getNetworkInputs().get(0), features);
    if (taps.isEmpty()) {
      return activations;
    }
    // Who listens to methods wants to hear the layers'.
    List<INDArray> outputs =
        compiled
            .filter(each -> !Interception.isListeningIn("org.deeplearning4j.", "org.nd4j."))
            .flatMap(each -> each.output(features))
            .orElseGet(() -> List.of(network.output(false, features)));
    for (int i = 0; i < taps.size(); i++) {
      activations.put(taps.get(i), outputs.get(i));
    }
    return activations;
  }

  /**
   * What the network's BatchNorms see of a mini-batch in training.
   *
   * @param features the mini-batch
   */
  public BatchNormMoments batchNormMoments(INDArray features) {
    return BatchNormMoments.of(network, features);
  }

  @Override
  public boolean isByExample() {
    return SteadyNormalization.isByExample(network.getConfiguration());
  }

  @Override
  public INDArray parameter(String name) {
    int slash = name.lastIndexOf('/');
    Layer layer = slash < 0 ? null : network.getLayer(name.substring(0, slash));
    return layer == null ? null : layer.paramTable(false).get(name.substring(slash + 1));
  }
}
