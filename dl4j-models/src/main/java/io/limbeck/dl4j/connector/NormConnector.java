package io.limbeck.dl4j.connector;

import io.limbeck.core.error.UserException;
import io.limbeck.core.schema.Key;
import io.limbeck.dl4j.function.Standardize;
import java.util.List;

/**
 * A normalisation alone. With {@code affine} and {@code track_running_stats} false it has no
 * parameters and standardises each channel of the mini-batch at hand.
 *
 * <p>Source: MMRazor's {@code NormConnector}.
 *
 * @param inChannels channels of the value
 * @param normCfg the normalisation
 */
public record NormConnector(
    @Key(value = "Channels of the recorded value", min = 1) int inChannels,
    @Key("The normalisation") NormConfig normCfg)
    implements GraphConnector {

  /** Checks the normalisation. */
  public NormConnector {
    NormConfig.BN norm = (NormConfig.BN) normCfg;
    if (norm.affine() != norm.trackRunningStats()) {
      throw new UserException(
          "'norm_cfg' of a NormConnector has affine %s and track_running_stats %s, but both must be true or both false"
              .formatted(norm.affine(), norm.trackRunningStats()));
    }
  }

  @Override
  public List<List<Long>> outputs(List<List<Long>> inputs) {
    List<Long> shape = inputs.get(0);
    if (shape.get(0) != inChannels) {
      throw new IllegalArgumentException(
          "it has %d channels but 'in_channels' is %d".formatted(shape.get(0), inChannels));
    }
    return List.of(shape);
  }

  @Override
  public boolean trainable() {
    return ((NormConfig.BN) normCfg).affine();
  }

  @Override
  public List<String> build(Branch branch, List<String> inputs) {
    return List.of(add(branch, "norm", (NormConfig.BN) normCfg, inputs.get(0)));
  }

  static String add(Branch branch, String name, NormConfig.BN norm, String input) {
    return norm.affine()
        ? branch.add(name, ConvModuleConnector.layer(norm), input)
        : branch.add(name, new Standardize(norm.eps()), input);
  }
}
