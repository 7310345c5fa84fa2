package io.limbeck.dl4j.zoo;

/**
 * The wide residual network of S. Zagoruyko, N. Komodakis, "Wide Residual Networks", BMVC 2016,
 * arXiv:1605.07146, table 1: three stages of blocks that normalise and activate before they
 * convolve. Where the shape changes, the shortcut is a 1x1 convolution of the activated input.
 * Layers are named as in MMRazor's {@code WideResNet}.
 */
final class WideResNetLayers {
  private static final int FIRST_CHANNELS = 16;

  private final Stack stack;

  WideResNetLayers(Stack stack) {
    this.stack = stack;
  }

  /** Adds everything between the input and the classifier; returns the last vertex. */
  String add(int depth, int widenFactor) {
    int blocks = (depth - 4) / 6;
    String last = stack.conv("backbone.conv1", Architectures.INPUT, FIRST_CHANNELS, 3, 1);
    int channels = FIRST_CHANNELS;
    for (int stage = 0; stage < 3; stage++) {
      int out = (FIRST_CHANNELS * widenFactor) << stage;
      for (int block = 0; block < blocks; block++) {
        String name = "backbone.layer%d.%d".formatted(stage + 1, block);
        int stride = stage > 0 && block == 0 ? 2 : 1;
        last = block(name, last, out, stride, stride != 1 || channels != out);
        channels = out;
      }
    }
    last = stack.norm("backbone.bn1", last);
    return stack.globalPool(stack.relu("backbone.relu", last));
  }

  private String block(String name, String from, int channels, int stride, boolean changes) {
    String activated = stack.relu(name + ".relu1", stack.norm(name + ".bn1", from));
    String last = stack.conv(name + ".conv1", activated, channels, 3, stride);
    last = stack.relu(name + ".relu2", stack.norm(name + ".bn2", last));
    last = stack.conv(name + ".conv2", last, channels, 3, 1);
    String shortcut =
        changes ? stack.conv(name + ".downsample", activated, channels, 1, stride) : from;
    return stack.add(name + ".add", last, shortcut);
  }
}
