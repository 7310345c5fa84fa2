package io.limbeck.core.loss.logit;

import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.ops.transforms.Transforms;

/**
 * Pearson's correlation of two arrays along one dimension: {@code a . b / (|a| |b| + eps)} of the
 * centred values.
 */
final class Correlation {
  private static final double EPSILON = 1e-8;

  private final INDArray a;
  private final INDArray b;
  private final INDArray product;
  private final INDArray aLength;
  private final INDArray bLength;
  private final INDArray divisor;
  private final double count;

  private Correlation(INDArray a, INDArray b, int dimension) {
    this.a = a;
    this.b = b;
    this.product = a.mul(b).sum(true, dimension);
    this.aLength = Transforms.sqrt(a.mul(a).sum(true, dimension), false);
    this.bLength = Transforms.sqrt(b.mul(b).sum(true, dimension), false);
    this.divisor = aLength.mul(bLength).addi(EPSILON);
    this.count = product.length();
  }

  static Correlation of(INDArray left, INDArray right, int dimension) {
    return new Correlation(
        left.sub(left.mean(true, dimension)), right.sub(right.mean(true, dimension)), dimension);
  }

  double mean() {
    return product.div(divisor).sumNumber().doubleValue() / count;
  }

  /** The gradient of the mean with respect to the left array. */
  INDArray left() {
    return gradient(a, b, aLength, bLength);
  }

  /** The gradient of the mean with respect to the right array. */
  INDArray right() {
    return gradient(b, a, bLength, aLength);
  }

  /** Both centred, so that the way back through the centring changes nothing. */
  private INDArray gradient(INDArray own, INDArray other, INDArray ownLength, INDArray length) {
    INDArray flat = ownLength.lte(0).castTo(ownLength.dataType());
    INDArray along = product.mul(length).divi(divisor).divi(divisor).divi(ownLength.add(flat));
    return other.div(divisor).subi(own.mul(along)).divi(count);
  }
}
