package io.limbeck.dl4j.connector;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.limbeck.core.schema.Key;
import java.util.List;

/**
 * The teacher's side of factor transfer: an autoencoder whose inner code is the factor. In phase
 * {@code pretrain} it learns to rebuild the teacher's feature and puts out what it rebuilt; in
 * phase {@code train} it is frozen and puts out the factor.
 *
 * <p>Source: J. Kim, S. Park, N. Kwak, "Paraphrasing Complex Network: Network Compression via
 * Factor Transfer", NeurIPS 2018, arXiv:1802.04977, section 3.1; MMRazor's {@code Paraphraser}.
 *
 * @param inChannel channels of the value
 * @param outChannel channels of the factor
 * @param phase what it does
 * @param useBn whether BatchNorm follows each convolution
 */
public record Paraphraser(
    @Key(value = "Channels of the recorded value", min = 1) int inChannel,
    @Key(value = "Channels of the factor", min = 1) int outChannel,
    @Key(
            value = "pretrain: learns to rebuild the value; train: frozen, puts out the factor",
            def = "\"pretrain\"")
        Phase phase,
    @Key(value = "Whether BatchNorm follows each convolution", def = "false") boolean useBn)
    implements GraphConnector {

  /** What a paraphraser does. */
  public enum Phase {
    /** It learns. */
    @JsonProperty("pretrain")
    PRETRAIN,
    /** It is frozen. */
    @JsonProperty("train")
    TRAIN
  }

  @Override
  public List<List<Long>> outputs(List<List<Long>> inputs) {
    List<Long> shape = inputs.get(0);
    Need.channels(shape, "in_channel", inChannel);
    long channels = phase == Phase.TRAIN ? outChannel : inChannel;
    return List.of(List.of(channels, shape.get(1), shape.get(2)));
  }

  @Override
  public boolean trainable() {
    return phase == Phase.PRETRAIN;
  }

  @Override
  public boolean needsWeights() {
    return phase == Phase.TRAIN;
  }

  @Override
  public List<String> build(Branch branch, List<String> inputs) {
    String factor = FactorLayers.encoder(branch, inChannel, outChannel, useBn, inputs.get(0));
    return List.of(
        phase == Phase.TRAIN
            ? factor
            : FactorLayers.decoder(branch, inChannel, outChannel, useBn, factor));
  }
}
