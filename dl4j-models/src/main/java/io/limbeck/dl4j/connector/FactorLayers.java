package io.limbeck.dl4j.connector;

import org.deeplearning4j.nn.conf.layers.Layer;
import org.nd4j.linalg.activations.impl.ActivationLReLU;

/** The stacks of factor transfer: three convolutions of three by three with leaky ReLU. */
final class FactorLayers {
  private static final double SLOPE = 0.1;

  private FactorLayers() {}

  static String encoder(Branch branch, int in, int out, boolean norm, String input) {
    String last = step(branch, "encoder.0", Layers.conv(in, 3, 1, true), norm, input);
    last = step(branch, "encoder.1", Layers.conv(out, 3, 1, true), norm, last);
    return step(branch, "encoder.2", Layers.conv(out, 3, 1, true), norm, last);
  }

  static String decoder(Branch branch, int in, int out, boolean norm, String input) {
    String last = step(branch, "decoder.0", Layers.deconv(out), norm, input);
    last = step(branch, "decoder.1", Layers.deconv(in), norm, last);
    return step(branch, "decoder.2", Layers.deconv(in), norm, last);
  }

  private static String step(
      Branch branch, String name, Layer convolution, boolean norm, String input) {
    String last = branch.add(name + ".conv", convolution, input);
    last = norm ? branch.add(name + ".bn", Layers.norm(), last) : last;
    return branch.add(name + ".act", Layers.activation(new ActivationLReLU(SLOPE)), last);
  }
}
