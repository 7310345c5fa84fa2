package io.limbeck.dl4j.graph;

import java.util.LinkedHashMap;
import java.util.Map;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

/**
 * Runs a teacher on a whole number of tiles. A matrix product takes the rows of a mini-batch in
 * tiles, and those that are left over another way, which rounds otherwise: what a network puts out
 * for an example then depends, in its last bits, on how many others there are and where it stands
 * among them. Filled up to whole tiles it does not.
 */
public final class WholeTiles {
  // Multiples of 4 were enough where it was measured; other processors may have wider tiles.
  private static final int ROWS = 16;

  private WholeTiles() {}

  /**
   * What a teacher puts out for examples, whatever others are with them.
   *
   * @param teacher runs forward
   * @param features of the examples
   */
  public static Map<String, INDArray> forward(Teacher teacher, INDArray features) {
    long missing = (ROWS - features.size(0) % ROWS) % ROWS;
    return missing == 0
        ? teacher.forward(features)
        : cutBack(teacher.forward(filledUp(features, missing)), features.size(0));
  }

  private static INDArray filledUp(INDArray features, long missing) {
    long[] shape = features.shape().clone();
    shape[0] = missing;
    return Nd4j.concat(0, features, Nd4j.zeros(features.dataType(), shape));
  }

  private static Map<String, INDArray> cutBack(Map<String, INDArray> outputs, long examples) {
    Map<String, INDArray> cut = new LinkedHashMap<>();
    outputs.forEach(
        (name, array) -> cut.put(name, array.get(NDArrayIndex.interval(0, examples)).dup('c')));
    return cut;
  }
}
