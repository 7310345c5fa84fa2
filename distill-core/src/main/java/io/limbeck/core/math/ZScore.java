package io.limbeck.core.math;

import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.ops.transforms.Transforms;

/**
 * Values less their mean, in units of their standard deviation {@code s} (unbiased): {@code (x - m)
 * / (s + eps)}. Equal values, or a single one, give zero and take no gradient through {@code s}.
 */
public final class ZScore {
  private final INDArray centred;
  private final INDArray deviation;
  private final double epsilon;
  private final long count;
  private final int[] dimensions;

  private ZScore(INDArray centred, double epsilon, long count, int... dimensions) {
    this.centred = centred;
    this.epsilon = epsilon;
    this.count = count;
    this.dimensions = dimensions;
    INDArray squares = centred.mul(centred).sum(true, dimensions).divi(Math.max(1, count - 1));
    this.deviation = Transforms.sqrt(squares, false);
  }

  /**
   * The score of an array.
   *
   * @param x any shape
   * @param epsilon added to the standard deviation
   * @param dimensions over which mean and deviation are taken
   */
  public static ZScore of(INDArray x, double epsilon, int... dimensions) {
    long count = 1;
    for (int dimension : dimensions) {
      count *= x.size(dimension);
    }
    return new ZScore(x.sub(x.mean(true, dimensions)), epsilon, count, dimensions);
  }

  /** The scores, a new array. */
  public INDArray value() {
    return centred.div(deviation.add(epsilon));
  }

  /**
   * Carries a gradient from the scores back to the values.
   *
   * @param gradient with respect to the scores
   * @return a new array
   */
  public INDArray back(INDArray gradient) {
    INDArray divisor = deviation.add(epsilon);
    INDArray flat = deviation.lte(0).castTo(deviation.dataType());
    INDArray along =
        gradient
            .mul(centred)
            .sum(true, dimensions)
            .divi(divisor.mul(divisor))
            .divi(deviation.add(flat))
            .divi(Math.max(1, count - 1));
    return gradient.sub(gradient.mean(true, dimensions)).divi(divisor).subi(centred.mul(along));
  }
}
