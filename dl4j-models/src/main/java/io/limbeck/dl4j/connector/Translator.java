package io.limbeck.dl4j.connector;

import io.limbeck.core.schema.Key;
import java.util.List;

/**
 * The student's side of factor transfer: three convolutions that bring its feature to the size of
 * the teacher's factor.
 *
 * <p>Source: J. Kim, S. Park, N. Kwak, "Paraphrasing Complex Network: Network Compression via
 * Factor Transfer", NeurIPS 2018, arXiv:1802.04977, section 3.2; MMRazor's {@code Translator}.
 *
 * @param inChannel channels of the value
 * @param outChannel channels of the factor
 * @param useBn whether BatchNorm follows each convolution
 */
public record Translator(
    @Key(value = "Channels of the recorded value", min = 1) int inChannel,
    @Key(value = "Channels of the factor", min = 1) int outChannel,
    @Key(value = "Whether BatchNorm follows each convolution", def = "true") boolean useBn)
    implements GraphConnector {

  @Override
  public List<List<Long>> outputs(List<List<Long>> inputs) {
    List<Long> shape = inputs.get(0);
    Need.channels(shape, "in_channel", inChannel);
    return List.of(List.of((long) outChannel, shape.get(1), shape.get(2)));
  }

  @Override
  public boolean trainable() {
    return true;
  }

  @Override
  public List<String> build(Branch branch, List<String> inputs) {
    return List.of(FactorLayers.encoder(branch, inChannel, outChannel, useBn, inputs.get(0)));
  }
}
