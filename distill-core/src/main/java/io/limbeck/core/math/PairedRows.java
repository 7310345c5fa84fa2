package io.limbeck.core.math;

import java.util.stream.IntStream;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * What comes of two arrays of one shape, example by example, in one pass over both. Native
 * operations one after the other would each go through memory, most of them to fill an array of
 * their own.
 *
 * @param sum over the examples
 * @param first what a kernel has made of the first array
 * @param second and of the second; null where nobody wants it
 */
public record PairedRows(double sum, INDArray first, INDArray second) {

  /** What is done to an example. */
  @FunctionalInterface
  public interface Kernel {
    /**
     * Reads an example's elements of both arrays, and puts what comes of them in their place.
     *
     * @param first elements of the first array
     * @param second of the second; nobody may want what comes of them
     * @param from the example's first element in both
     * @param to behind its last one
     * @return the example's part of the sum
     */
    double apply(double[] first, double[] second, int from, int to);
  }

  /**
   * Goes through both arrays, which stay as they are.
   *
   * @param first {@code [batch, …]}
   * @param second in that shape
   * @param wantsSecond whether what comes of the second one is wanted
   * @param kernel on each example
   */
  public static PairedRows of(INDArray first, INDArray second, boolean wantsSecond, Kernel kernel) {
    int[] ofExample =
        first.rank() == 1 ? new int[] {0} : IntStream.range(1, first.rank()).toArray();
    Slices left = Slices.of(first, ofExample);
    Slices right = Slices.of(second, ofExample);
    Slices toLeft = left.like();
    Slices toRight = wantsSecond ? right.like() : null;
    double[] ofLeft = left.room();
    double[] ofRight = right.room();
    double sum = 0;
    for (int some = 0; some < left.count(); some += left.atOnce()) {
      left.read(some, ofLeft);
      right.read(some, ofRight);
      for (int row = 0; row < left.from(some); row++) {
        sum += kernel.apply(ofLeft, ofRight, row * left.length(), (row + 1) * left.length());
      }
      toLeft.write(ofLeft, some);
      if (wantsSecond) {
        toRight.write(ofRight, some);
      }
    }
    return new PairedRows(sum, toLeft.as(first), wantsSecond ? toRight.as(second) : null);
  }
}
