package io.limbeck.dl4j.training;

import io.limbeck.dl4j.onednn.OneDnn;
import org.bytedeco.dnnl.binary;
import org.bytedeco.dnnl.global.dnnl;
import org.bytedeco.dnnl.memory;

/** A sum of two, and a ReLU. What comes back goes to both. */
final class SumStage implements Stage {
  private final Tensor left;
  private final Tensor right;
  private final Tensor output;
  private final boolean relu;
  private final Tensor overwritten;

  /**
   * A sum.
   *
   * @param left read
   * @param right read
   * @param output written
   * @param relu whether negative values become zero
   * @param overwritten the one of the two whose values nobody needs any more; null for none
   */
  SumStage(Tensor left, Tensor right, Tensor output, boolean relu, Tensor overwritten) {
    this.left = left;
    this.right = right;
    this.output = output;
    this.relu = relu;
    this.overwritten = overwritten;
  }

  @Override
  public void forward(Work work) {
    output.put(overwritten == null ? work.buffer(output.bytes()) : overwritten.share());
    memory.desc layout = output.layout();
    binary.primitive_desc description =
        new binary.primitive_desc(
            new binary.desc(dnnl.algorithm.binary_add, left.layout(), right.layout(), layout),
            Rectifier.behind(relu),
            OneDnn.cpu());
    Tensor other = overwritten == right ? left : right;
    Tensor first = overwritten == right ? right : left;
    work.call(
        new binary(description),
        new Operands()
            .with(dnnl.DNNL_ARG_SRC_0, first.values())
            .with(dnnl.DNNL_ARG_SRC_1, other.values())
            .with(dnnl.DNNL_ARG_DST, output.values()));
  }

  @Override
  public void backward(Work work) {
    Share gradient = output.takeGradient();
    if (relu) {
      gradient = Rectifier.backward(work, output, gradient);
    }
    work.contribute(left, gradient.also());
    work.contribute(right, gradient);
  }
}
