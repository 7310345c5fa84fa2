package io.limbeck.dl4j.graph;

import java.util.LinkedHashMap;
import java.util.Map;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

/**
 * Mini-batches of a whole number of tiles. A matrix product takes the rows of a mini-batch in
 * tiles, and those that are left over another way, which rounds otherwise: what a network puts out
 * for an example then depends, in its last bits, on how many others there are and where it stands
 * among them. Filled up to whole tiles it does not.
 */
final class WholeTiles {
  // The tiles of today's kernels have 4, 6, 8 or 16 rows; measured: multiples of 4 are enough here.
  private static final int ROWS = 16;

  private WholeTiles() {}

  /** The mini-batch, with rows of zeros at its end where it is not whole. */
  static INDArray filledUp(INDArray features) {
    long missing = (ROWS - features.size(0) % ROWS) % ROWS;
    if (missing == 0) {
      return features;
    }
    long[] shape = features.shape().clone();
    shape[0] = missing;
    return Nd4j.concat(0, features, Nd4j.zeros(features.dataType(), shape));
  }

  /**
   * What belongs to the examples.
   *
   * @param outputs of the mini-batch that was filled up
   * @param features before
   */
  static Map<String, INDArray> cutBack(Map<String, INDArray> outputs, INDArray features) {
    Map<String, INDArray> cut = new LinkedHashMap<>();
    outputs.forEach(
        (name, array) ->
            cut.put(
                name,
                array.size(0) == features.size(0)
                    ? array
                    : array.get(NDArrayIndex.interval(0, features.size(0))).dup('c')));
    return cut;
  }
}
