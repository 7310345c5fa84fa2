package io.limbeck.dl4j.fusion;

import io.limbeck.dl4j.fusion.Operation.Convolve;
import io.limbeck.dl4j.fusion.Operation.Pool;
import io.limbeck.dl4j.onednn.ConvolutionShape;
import io.limbeck.dl4j.onednn.ConvolutionShape.Pair;
import io.limbeck.dl4j.onednn.ConvolutionShape.Plane;
import org.deeplearning4j.nn.conf.ConvolutionMode;
import org.deeplearning4j.nn.conf.layers.PoolingType;
import org.deeplearning4j.nn.conf.layers.SubsamplingLayer;

/** How windows move over maps. */
public final class Windows {
  private static final int[] NEIGHBOURS = {1, 1};

  private Windows() {}

  /**
   * A convolution's.
   *
   * @param operation the convolution
   * @param in shape of what goes in
   * @param out shape of what comes out
   */
  public static ConvolutionShape of(Convolve operation, long[] in, long[] out) {
    var conf = operation.conf();
    return shape(
        in,
        out,
        new Moves(
            conf.getKernelSize(),
            conf.getStride(),
            conf.getConvolutionMode() == ConvolutionMode.Same ? null : conf.getPadding(),
            conf.getDilation()));
  }

  /**
   * A pooling's.
   *
   * @param operation the pooling
   * @param in shape of what goes in
   * @param out shape of what comes out
   */
  public static ConvolutionShape of(Pool operation, long[] in, long[] out) {
    SubsamplingLayer conf = operation.conf();
    if (conf == null) {
      int[] whole = {(int) in[2], (int) in[3]};
      return shape(in, out, new Moves(whole, whole, new int[2], NEIGHBOURS));
    }
    return shape(
        in,
        out,
        new Moves(
            conf.getKernelSize(),
            conf.getStride(),
            conf.getConvolutionMode() == ConvolutionMode.Same ? null : conf.getPadding(),
            NEIGHBOURS));
  }

  /** Whether a pooling takes the largest value; the mean otherwise. */
  public static boolean takesLargest(Pool operation) {
    return operation.conf() != null && operation.conf().getPoolingType() == PoolingType.MAX;
  }

  /** Down, then across; without padding it is DL4J's "same". */
  private record Moves(int[] kernel, int[] stride, int[] padding, int[] dilation) {}

  private static ConvolutionShape shape(long[] in, long[] out, Moves moves) {
    return new ConvolutionShape(
        in[0],
        new Plane(in[1], in[2], in[3]),
        new Plane(out[1], out[2], out[3]),
        pair(moves.kernel()),
        pair(moves.stride()),
        moves.padding() == null ? before(in, out, moves) : pair(moves.padding()),
        pair(moves.dilation()));
  }

  private static Pair pair(int[] both) {
    return new Pair(both[0], both[1]);
  }

  /** DL4J's "same" padding: what is odd comes behind. */
  private static Pair before(long[] in, long[] out, Moves moves) {
    long[] both = new long[2];
    for (int i = 0; i < 2; i++) {
      long reach =
          (out[i + 2] - 1) * moves.stride()[i] + (moves.kernel()[i] - 1L) * moves.dilation()[i] + 1;
      both[i] = (reach - in[i + 2]) / 2;
    }
    return new Pair(both[0], both[1]);
  }
}
