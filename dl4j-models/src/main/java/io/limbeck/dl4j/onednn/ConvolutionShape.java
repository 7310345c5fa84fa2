package io.limbeck.dl4j.onednn;

/**
 * The sizes that a convolution's primitives are made for.
 *
 * @param batch examples
 * @param in the input's channels and extent
 * @param out the output's
 * @param kernel its height and width
 * @param stride down and across
 * @param padding above and on the left; what is below and on the right follows
 * @param dilation distance of the kernel's rows and columns, 1 for neighbours
 */
public record ConvolutionShape(
    long batch, Plane in, Plane out, Pair kernel, Pair stride, Pair padding, Pair dilation) {

  /**
   * Feature maps.
   *
   * @param channels how many
   * @param height of each
   * @param width of each
   */
  public record Plane(long channels, long height, long width) {}

  /**
   * A number for each direction.
   *
   * @param down rows
   * @param across columns
   */
  public record Pair(long down, long across) {
    public long[] array() {
      return new long[] {down, across};
    }
  }

  long[] input() {
    return new long[] {batch, in.channels(), in.height(), in.width()};
  }

  long[] output() {
    return new long[] {batch, out.channels(), out.height(), out.width()};
  }

  public long[] weights() {
    return new long[] {out.channels(), in.channels(), kernel.down(), kernel.across()};
  }

  /** oneDNN counts the rows that are left out. */
  public long[] gaps() {
    return new long[] {dilation.down() - 1, dilation.across() - 1};
  }

  /** Padding below and on the right. */
  public long[] end() {
    return new long[] {
      end(in.height(), out.height(), kernel.down(), stride.down(), padding.down(), dilation.down()),
      end(
          in.width(),
          out.width(),
          kernel.across(),
          stride.across(),
          padding.across(),
          dilation.across())
    };
  }

  /** Nothing where the last stride does not reach the input's end. */
  private static long end(
      long in, long out, long kernel, long stride, long padding, long dilation) {
    return Math.max(0, (out - 1) * stride + (kernel - 1) * dilation + 1 - in - padding);
  }
}
