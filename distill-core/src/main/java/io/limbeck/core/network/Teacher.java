package io.limbeck.core.network;

import java.util.Map;
import org.nd4j.linalg.api.ndarray.INDArray;

/** What a student learns from: one frozen network or several. Not for use by several threads. */
public interface Teacher {

  /**
   * Runs forward.
   *
   * @param features a mini-batch
   * @return the recorded vertices' outputs and the input, outside any workspace
   */
  Map<String, INDArray> forward(INDArray features);

  /** Whether it puts out the same for an example whatever others are with it. */
  default boolean isByExample() {
    return true;
  }

  /**
   * A parameter.
   *
   * @param name {@code vertex/parameter}
   * @return null when there is none of that name among what runs
   */
  INDArray parameter(String name);
}
