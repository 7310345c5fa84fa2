package io.limbeck.core.math;

import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Classes as arrays with a one at the class and zeros elsewhere. */
public final class OneHot {
  private OneHot() {}

  /**
   * One-hot arrays in the shape and type of scores.
   *
   * @param classes integers, one for each position: the scores' shape without dimension 1
   * @param scores classes in dimension 1
   * @return a new array
   */
  public static INDArray of(INDArray classes, INDArray scores) {
    long[] shape = scores.shape().clone();
    INDArray numbers = Nd4j.arange((double) shape[1]).castTo(scores.dataType());
    long[] alongClasses = new long[shape.length];
    java.util.Arrays.fill(alongClasses, 1);
    alongClasses[1] = shape[1];
    long[] positions = shape.clone();
    positions[1] = 1;
    INDArray wanted = classes.castTo(scores.dataType()).reshape('c', positions);
    INDArray difference = scores.like().addi(numbers.reshape(alongClasses)).subi(wanted);
    return difference.eq(0).castTo(scores.dataType());
  }
}
