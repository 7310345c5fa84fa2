package io.limbeck.dl4j.graph;

import io.limbeck.core.network.Teacher;
import java.util.LinkedHashMap;
import java.util.Map;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

/**
 * Runs a teacher on mini-batches of one size. A matrix product takes another way for few rows, and
 * for those that are left over when it takes the others in tiles, and each way rounds otherwise:
 * what a network puts out for an example then depends, in its last bits, on how many others there
 * are and where it stands among them. In mini-batches that are all filled up to one size, of whole
 * tiles, it does not.
 */
public final class WholeBatch {
  // Multiples of 4 were enough where it was measured; other processors may have wider tiles.
  private static final int TILE = 16;

  private WholeBatch() {}

  /**
   * What a teacher puts out for examples, whatever others are with them.
   *
   * @param teacher runs forward
   * @param features of the examples
   * @param size of a full mini-batch
   */
  public static Map<String, INDArray> forward(Teacher teacher, INDArray features, int size) {
    long examples = features.size(0);
    long whole = (Math.max(size, examples) + TILE - 1) / TILE * TILE;
    return whole == examples
        ? teacher.forward(features)
        : cutBack(teacher.forward(filledUp(features, whole - examples)), examples);
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
