package io.limbeck.core.loss;

import java.util.Arrays;
import java.util.Random;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Numbers in (-3, 3), the same for the same seed, in double precision. */
final class RandomArrays {
  private RandomArrays() {}

  static INDArray of(int seed, long... shape) {
    int length = (int) Arrays.stream(shape).reduce(1, (a, b) -> a * b);
    return Nd4j.createFromArray(new Random(seed).doubles(length, -3, 3).toArray())
        .reshape('c', shape);
  }

  static INDArray labels(int seed, long batch, long classes) {
    return Nd4j.createFromArray(
        new Random(seed).ints(batch, 0, (int) classes).asLongStream().toArray());
  }
}
