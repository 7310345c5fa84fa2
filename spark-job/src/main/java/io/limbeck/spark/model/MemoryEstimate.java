package io.limbeck.spark.model;

import io.limbeck.core.config.ScheduleConfig;
import io.limbeck.core.config.ScheduleConfig.Adam;
import io.limbeck.core.config.ScheduleConfig.AdamW;
import io.limbeck.core.config.ScheduleConfig.Sgd;
import io.limbeck.core.config.ScheduleConfig.Updater;
import io.limbeck.core.error.UserException;
import io.limbeck.dl4j.shape.Activation;
import io.limbeck.dl4j.shape.Activations;
import org.bytedeco.javacpp.Pointer;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.deeplearning4j.nn.conf.graph.LayerVertex;
import org.deeplearning4j.nn.conf.inputs.InputType;

/**
 * What training a network takes in a JVM, counted from its configuration alone, before anything is
 * allocated.
 *
 * @param parameters of the student
 * @param nativeBytes outside the heap: for each task parameters, gradients, updater state, and
 *     twice the activations
 * @param heapBytes on the heap: parameters and updater state of every partition's result, and of
 *     the average
 */
public record MemoryEstimate(long parameters, long nativeBytes, long heapBytes) {
  private static final long FLOAT = 4;
  private static final long MIB = 1 << 20;

  /**
   * An estimate.
   *
   * @param conf the student
   * @param input the shape of an example
   * @param schedule batch size and updater
   * @param tasks that train at once in a JVM
   * @param partitions whose results the driver holds
   */
  public static MemoryEstimate of(
      ComputationGraphConfiguration conf,
      InputType input,
      ScheduleConfig schedule,
      int tasks,
      int partitions) {
    long parameters = 0;
    for (GraphVertex vertex : conf.getVertices().values()) {
      if (vertex instanceof LayerVertex layer) {
        parameters += layer.getLayerConf().getLayer().initializer().numParams(layer.getLayerConf());
      }
    }
    long activations = 0;
    for (Activation activation : Activations.of(conf, input).values()) {
      activations += activation.elements();
    }
    long states = states(schedule.updater());
    long oneTask = (2 + states) * parameters + 2 * activations * schedule.batchSize();
    return new MemoryEstimate(
        parameters, FLOAT * tasks * oneTask, FLOAT * parameters * (1 + states) * (partitions + 2L));
  }

  /** Numbers that an updater keeps for each parameter. */
  private static int states(Updater updater) {
    if (updater instanceof Adam || updater instanceof AdamW) {
      return 2;
    }
    return updater instanceof Sgd ? 0 : 1;
  }

  /**
   * Refuses what this JVM cannot hold.
   *
   * @param key the config key of the network
   * @throws UserException saying how much is needed and how to get it
   */
  public void requireFits(String key) {
    long nativeLimit = Pointer.maxBytes();
    long heapLimit = Runtime.getRuntime().maxMemory();
    if (nativeLimit > 0 && nativeBytes > nativeLimit) {
      throw new UserException(
          ("'%s' has %,d parameters; training it takes about %,d MiB of native memory but this JVM may use %,d MiB:"
                  + " choose a smaller network or batch, or raise -Dorg.bytedeco.javacpp.maxbytes and the container's"
                  + " memory with it")
              .formatted(key, parameters, nativeBytes / MIB, nativeLimit / MIB));
    }
    if (heapBytes > heapLimit) {
      throw new UserException(
          ("'%s' has %,d parameters; averaging it takes about %,d MiB of heap but this JVM may use %,d MiB: choose a"
                  + " smaller network, fewer 'averaging.workers', or raise --driver-memory")
              .formatted(key, parameters, heapBytes / MIB, heapLimit / MIB));
    }
  }
}
