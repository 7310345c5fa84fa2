package io.limbeck.dl4j.onednn;

import io.limbeck.core.math.Contiguous;
import org.bytedeco.dnnl.global.dnnl;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.Pointer;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The three matrix products of a fully connected layer, {@code output = input · weights + bias},
 * with weights in the order that DL4J keeps them in: {@code [in, out]}, column after column.
 */
public final class MatrixProduct {
  private static final byte AS_IT_IS = 'N';
  private static final byte TRANSPOSED = 'T';

  private final int in;
  private final int out;
  private FloatPointer ones = new FloatPointer();

  /**
   * The products of a layer.
   *
   * @param in values of an example
   * @param out values that it becomes
   */
  public MatrixProduct(int in, int out) {
    this.in = in;
    this.out = out;
  }

  /**
   * Goes forward.
   *
   * @param input {@code [batch, in]}
   * @param weights {@code [in, out]}, column after column
   * @param bias {@code [1, out]}; null for none
   * @param output {@code [batch, out]}, written to; in C order
   */
  public void forward(INDArray input, INDArray weights, INDArray bias, INDArray output) {
    int batch = (int) input.size(0);
    FloatPointer sum = floats(output);
    if (bias != null) {
      repeat(floats(Contiguous.of(bias)), sum, batch);
    }
    dnnl.dnnl_sgemm(
        AS_IT_IS,
        TRANSPOSED,
        batch,
        out,
        in,
        1,
        floats(Contiguous.of(input)),
        in,
        columns(weights),
        in,
        bias == null ? 0 : 1,
        sum,
        out);
  }

  private void repeat(FloatPointer row, FloatPointer rows, int times) {
    long bytes = (long) out * Float.BYTES;
    for (int i = 0; i < times; i++) {
      Pointer.memcpy(rows.getPointer((long) i * out), row, bytes);
    }
  }

  /**
   * The gradient with respect to the weights.
   *
   * @param input {@code [batch, in]}
   * @param delta with respect to the output, {@code [batch, out]}
   * @param gradient {@code [in, out]}, column after column; written to
   */
  public void toWeights(INDArray input, INDArray delta, INDArray gradient) {
    dnnl.dnnl_sgemm(
        TRANSPOSED,
        AS_IT_IS,
        out,
        in,
        input.size(0),
        1,
        floats(Contiguous.of(delta)),
        out,
        floats(Contiguous.of(input)),
        in,
        0,
        floats(gradient),
        in);
  }

  /**
   * The gradient with respect to the bias, the sum over the examples.
   *
   * @param delta with respect to the output, {@code [batch, out]}
   * @param gradient {@code [1, out]}, written to
   */
  public void toBias(INDArray delta, INDArray gradient) {
    int batch = (int) delta.size(0);
    if (ones.capacity() < batch) {
      ones = new FloatPointer((long) batch);
      for (int i = 0; i < batch; i++) {
        ones.put(i, 1);
      }
    }
    dnnl.dnnl_sgemm(
        AS_IT_IS,
        AS_IT_IS,
        1,
        out,
        batch,
        1,
        ones,
        batch,
        floats(Contiguous.of(delta)),
        out,
        0,
        floats(gradient),
        out);
  }

  /**
   * The gradient with respect to the input.
   *
   * @param delta with respect to the output, {@code [batch, out]}
   * @param weights {@code [in, out]}, column after column
   * @param gradient {@code [batch, in]}, written to; in C order
   */
  public void toInput(INDArray delta, INDArray weights, INDArray gradient) {
    dnnl.dnnl_sgemm(
        AS_IT_IS,
        AS_IT_IS,
        delta.size(0),
        in,
        out,
        1,
        floats(Contiguous.of(delta)),
        out,
        columns(weights),
        in,
        0,
        floats(gradient),
        in);
  }

  /** Weights with noise on them may come in another order. */
  private static FloatPointer columns(INDArray weights) {
    return floats(Contiguous.is(weights.transpose()) ? weights : weights.dup('f'));
  }

  private static FloatPointer floats(INDArray array) {
    return new FloatPointer(Contiguous.address(array));
  }
}
