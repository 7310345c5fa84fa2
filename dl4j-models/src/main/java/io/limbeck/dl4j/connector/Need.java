package io.limbeck.dl4j.connector;

import java.util.List;

/** What connectors demand of the shapes they are given. */
final class Need {
  private Need() {}

  /** Maps with so many channels. */
  static void channels(List<Long> shape, String key, long channels) {
    maps(shape);
    if (shape.get(0) != channels) {
      throw new IllegalArgumentException(
          "it has %d channels but '%s' is %d".formatted(shape.get(0), key, channels));
    }
  }

  static void maps(List<Long> shape) {
    if (shape.size() != 3) {
      throw new IllegalArgumentException("it needs maps [channels, height, width]");
    }
  }

  /** Height or width of a convolution's or pooling's result. */
  static long side(long in, int kernel, int stride, int padding, int dilation) {
    long reach = (long) dilation * (kernel - 1) + 1;
    if (in + 2L * padding < reach) {
      throw new IllegalArgumentException(
          "a window of %d does not fit a side of %d".formatted(reach, in + 2L * padding));
    }
    return (in + 2L * padding - reach) / stride + 1;
  }
}
