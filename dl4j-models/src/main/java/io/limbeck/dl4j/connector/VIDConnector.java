package io.limbeck.dl4j.connector;

import io.limbeck.core.schema.Key;
import java.util.List;

/**
 * The regressor of variational information distillation: three convolutions of one by one that
 * predict the mean of the teacher's feature.
 *
 * <p>Source: S. Ahn, S. X. Hu, A. Damianou, N. D. Lawrence, Z. Dai, "Variational Information
 * Distillation for Knowledge Transfer", CVPR 2019, arXiv:1904.05835, section 3.1; layers as in Y.
 * Tian's RepDistiller.
 *
 * @param inChannel channels of the value
 * @param midChannel channels between
 * @param outChannel channels of the teacher's feature
 */
public record VIDConnector(
    @Key(value = "Channels of the recorded value", min = 1) int inChannel,
    @Key(value = "Channels between the convolutions", min = 1) int midChannel,
    @Key(value = "Channels of the teacher's feature", min = 1) int outChannel)
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
    String last = branch.add("regressor.0", Layers.conv(midChannel, 1, 1, false), inputs.get(0));
    last = branch.add("regressor.1", Layers.relu(), last);
    last = branch.add("regressor.2", Layers.conv(midChannel, 1, 1, false), last);
    last = branch.add("regressor.3", Layers.relu(), last);
    return List.of(branch.add("regressor.4", Layers.conv(outChannel, 1, 1, false), last));
  }
}
