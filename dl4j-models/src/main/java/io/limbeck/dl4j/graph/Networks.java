package io.limbeck.dl4j.graph;

import io.limbeck.dl4j.engine.CpuEngine;
import io.limbeck.dl4j.engine.HeapCopy;
import io.limbeck.dl4j.training.CompiledGraph;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** The one place where a network comes to life, so that none misses the fast native path. */
public final class Networks {
  private Networks() {}

  /**
   * A network with fresh weights, drawn from its configuration's seed.
   *
   * @param conf its configuration
   */
  public static ComputationGraph fresh(ComputationGraphConfiguration conf) {
    return initialised(new ComputationGraph(conf), conf);
  }

  private static <G extends ComputationGraph> G initialised(
      G network, ComputationGraphConfiguration conf) {
    long seed = conf.getDefaultConfiguration().getSeed();
    conf.getDefaultConfiguration().setSeed(RandomSeed.of(seed));
    network.init();
    conf.getDefaultConfiguration().setSeed(seed);
    CpuEngine.accelerate(network);
    return network;
  }

  /**
   * A network that will learn, with random weights of its configuration's seed.
   *
   * @param conf its configuration, with the updaters that it will keep
   */
  public static CompiledGraph learning(ComputationGraphConfiguration conf) {
    CompiledGraph network = initialised(new CompiledGraph(conf), conf);
    CpuEngine.accelerateUpdates(network);
    return network;
  }

  /**
   * A network of zeros, for those who only want to know its parameters' names and sizes: drawing
   * tens of millions of weights takes seconds.
   *
   * @param conf its configuration
   */
  public static ComputationGraph blank(ComputationGraphConfiguration conf) {
    long parameters = 0;
    for (GraphVertex vertex : conf.getVertices().values()) {
      parameters += vertex.numParams(false);
    }
    if (parameters == 0) {
      return fresh(conf);
    }
    return sharing(conf, Nd4j.zeros(conf.getDataType(), 1, parameters));
  }

  /**
   * A network with given weights.
   *
   * @param conf its configuration
   * @param parameters its flat vector; copied
   */
  public static ComputationGraph of(ComputationGraphConfiguration conf, float[] parameters) {
    return sharing(conf, vector(parameters));
  }

  /**
   * A network that looks at given weights and never changes them: several may share one array.
   *
   * @param conf its configuration
   * @param parameters a row vector; not copied
   */
  public static ComputationGraph sharing(ComputationGraphConfiguration conf, INDArray parameters) {
    ComputationGraph network = new ComputationGraph(conf);
    network.init(parameters, false);
    return CpuEngine.accelerate(network);
  }

  /**
   * A row vector as {@code ComputationGraph.params()} is one.
   *
   * @param parameters copied
   */
  public static INDArray vector(float[] parameters) {
    return HeapCopy.array(parameters, 1, parameters.length);
  }

  /**
   * A network's flat vector on the heap.
   *
   * @param network initialised
   */
  public static float[] parameters(ComputationGraph network) {
    return network.numParams() == 0 ? new float[0] : HeapCopy.of(network.params());
  }
}
