package io.limbeck.dl4j.inference;

import io.limbeck.core.math.Contiguous;
import io.limbeck.dl4j.engine.CpuEngine;
import io.limbeck.dl4j.fusion.Fusion;
import io.limbeck.dl4j.fusion.Plan;
import io.limbeck.dl4j.fusion.Shapes;
import io.limbeck.dl4j.onednn.OneDnn;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A network that only runs forward, in inference mode, compiled: BatchNorms are folded into the
 * weights before them, sums and ReLUs happen where their operands are written, maps lie channels
 * last. It computes what DL4J's layers do, to rounding. Not for use by several threads.
 */
public final class CompiledNetwork {
  private static final int SIZES_KEPT = 2;

  private final ComputationGraph network;
  private final Plan plan;
  private final Weights weights;
  private final Map<List<Long>, Optional<Program>> programs = new LinkedHashMap<>(4, 0.75f, true);

  private CompiledNetwork(ComputationGraph network, Plan plan, Weights weights) {
    this.network = network;
    this.plan = plan;
    this.weights = weights;
  }

  /**
   * Compiles a network.
   *
   * @param network with its parameters, which stay its own
   * @param weights shared by all networks with the same parameters
   * @return empty where it has vertices that are not known here
   */
  public static Optional<CompiledNetwork> of(ComputationGraph network, Weights weights) {
    if (!CpuEngine.status().fast()
        || !OneDnn.isAvailable()
        || network.getConfiguration().getNetworkInputs().size() != 1
        || network.getConfiguration().getDataType() != DataType.FLOAT) {
      return Optional.empty();
    }
    List<String> order =
        IntStream.of(network.topologicalSortOrder())
            .mapToObj(index -> network.getVertices()[index].getVertexName())
            .toList();
    return Fusion.frozen(network.getConfiguration(), order)
        .filter(plan -> plan.computes(network.getConfiguration().getNetworkOutputs()))
        .map(plan -> new CompiledNetwork(network, plan, weights));
  }

  /** To be told when the network's parameters have other values. Nobody may be running. */
  public void parametersChanged() {
    weights.refresh();
  }

  /**
   * Runs.
   *
   * @param features a mini-batch
   * @return the network's outputs in their order, outside any workspace; empty where its values are
   *     neither maps nor rows of numbers, and where weights are not finite: oneDNN's ReLU makes
   *     zeros of NaN, and nobody would notice
   */
  public Optional<List<INDArray>> output(INDArray features) {
    INDArray floats = Contiguous.of(features.castTo(DataType.FLOAT));
    return program(features.shape())
        .filter(program -> weights.isFinite())
        .map(program -> program.run(floats));
  }

  /** An epoch's last mini-batch may be smaller. */
  private Optional<Program> program(long[] features) {
    List<Long> key = Arrays.stream(features).boxed().toList();
    if (!programs.containsKey(key)) {
      programs.put(key, compile(features));
      if (programs.size() > SIZES_KEPT) {
        programs.remove(programs.keySet().iterator().next());
      }
    }
    return programs.get(key);
  }

  private Optional<Program> compile(long[] features) {
    List<String> outputs = network.getConfiguration().getNetworkOutputs();
    Primitives primitives = new Primitives(network, weights);
    try {
      return Shapes.of(network.getConfiguration(), plan, features)
          .map(shapes -> new Program(plan, outputs, shapes, primitives));
    } catch (RuntimeException e) {
      // What oneDNN has no primitive for, or no network can take, is the layers' to do or to
      // refuse.
      return Optional.empty();
    }
  }
}
