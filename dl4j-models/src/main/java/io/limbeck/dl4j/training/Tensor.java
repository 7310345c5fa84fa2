package io.limbeck.dl4j.training;

import io.limbeck.core.math.Contiguous;
import io.limbeck.dl4j.onednn.OneDnn;
import org.bytedeco.dnnl.memory;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * What an operation puts out, or a network's input: values that stay until the step is over and,
 * while it goes back, the gradient with respect to them. Maps lie channels last, and where DL4J's
 * own layers have to do with it, there is an array, too.
 */
final class Tensor {
  private final long[] shape;
  private final memory.desc layout;
  private final memory.desc plain;
  private final boolean wantsGradient;
  private final boolean own;
  private Share values;
  private Share gradient;
  private INDArray array;
  private INDArray epsilon;

  /**
   * A value.
   *
   * @param shape its own; null where only DL4J knows it
   * @param layout as operations have it
   * @param plain as arrays have it
   * @param wantsGradient whether anything before it learns
   * @param own whether a vertex that DL4J runs puts it out
   */
  Tensor(long[] shape, memory.desc layout, memory.desc plain, boolean wantsGradient, boolean own) {
    this.shape = shape;
    this.layout = layout;
    this.plain = plain;
    this.wantsGradient = wantsGradient;
    this.own = own;
  }

  long[] shape() {
    return shape.clone();
  }

  memory.desc layout() {
    return layout;
  }

  memory.desc plain() {
    return plain;
  }

  long bytes() {
    return layout.get_size();
  }

  /** Whether anything before it learns. */
  boolean wantsGradient() {
    return wantsGradient;
  }

  /** Whether it lies where operations read it, and not only in an array. */
  boolean isKnown() {
    return !own && shape != null;
  }

  /** Whether a vertex that DL4J runs puts it out. */
  boolean isOwn() {
    return own;
  }

  /** Memory for its values. */
  void put(Share share) {
    values = share;
  }

  Share share() {
    return values;
  }

  memory values() {
    return values.as(layout);
  }

  /** What has come back so far; null for nothing. */
  Share gradient() {
    return gradient;
  }

  void gradient(Share share) {
    gradient = share;
  }

  /** What has come back, to be used up. */
  Share takeGradient() {
    Share taken = gradient;
    gradient = null;
    return taken;
  }

  /** An array of its own, the same in every step. */
  memory makeArray() {
    array = Nd4j.createUninitializedDetached(DataType.FLOAT, shape);
    return new memory(plain, OneDnn.cpu(), Contiguous.address(array));
  }

  /** The values as an array. */
  INDArray array() {
    return array;
  }

  /** This step's array. */
  void array(INDArray now) {
    array = now;
  }

  /** What DL4J's own vertices have handed back in this step; null for nothing. */
  INDArray epsilon() {
    return epsilon;
  }

  void epsilon(INDArray now) {
    epsilon = now;
  }
}
