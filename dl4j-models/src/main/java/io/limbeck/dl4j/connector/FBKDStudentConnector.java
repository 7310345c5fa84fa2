package io.limbeck.dl4j.connector;

import io.limbeck.core.schema.Key;
import io.limbeck.core.schema.NoEffect;
import io.limbeck.dl4j.function.Attention;
import io.limbeck.dl4j.function.Mean;
import java.util.List;

/**
 * The student's side of feature-based distillation for detectors. Outputs: spatial mask, channel
 * mask, adapted channel means, adapted spatial means, adapted relations, adapted feature.
 *
 * <p>Source: L. Zhang, K. Ma, "Improve Object Detection with Feature-based Knowledge Distillation:
 * Towards Accurate and Efficient Detectors", ICLR 2021, section 3; MMRazor's {@code
 * FBKDStudentConnector}. There the base class of the non-local block pools too when {@code
 * sub_sample} is set, so the window is twice {@code maxpool_stride}; here as well.
 *
 * @param inChannels channels of the value
 * @param reduction inner channels of the relations are so many times fewer
 * @param subSample whether the keys of the relations are pooled
 * @param maxpoolStride by how much
 * @param zerosInit whether relations start as the feature itself
 * @param spatialT temperature of the spatial mask
 * @param channelT temperature of the channel mask
 */
@NoEffect(key = "conv_cfg", allowed = "[{\"type\": \"Conv2d\"}]", why = "maps have two sides")
@NoEffect(key = "norm_cfg", allowed = "[{\"type\": \"BN\"}]", why = "it is BatchNorm")
@NoEffect(key = "mode", allowed = "[\"dot_product\"]", why = "relations are dot products")
public record FBKDStudentConnector(
    @Key(value = "Channels of the recorded value", min = 1) int inChannels,
    @Key(value = "Inner channels of the relations are so many times fewer", def = "2", min = 1)
        int reduction,
    @Key(value = "Whether the keys of the relations are pooled", def = "false") boolean subSample,
    @Key(value = "Half the window of that pooling", def = "2", min = 1) int maxpoolStride,
    @Key(value = "Whether relations start as the feature itself", def = "true") boolean zerosInit,
    @Key(
            value = "Temperature of the spatial mask; the reference's spatial_T is taken too",
            def = "0.5",
            above = 0,
            alias = "spatial_T")
        double spatialT,
    @Key(
            value = "Temperature of the channel mask; the reference's channel_T is taken too",
            def = "0.5",
            above = 0,
            alias = "channel_T")
        double channelT)
    implements GraphConnector {

  @Override
  public List<List<Long>> outputs(List<List<Long>> inputs) {
    List<Long> x = inputs.get(0);
    Need.channels(x, "in_channels", inChannels);
    List<Long> spatial = List.of(1L, x.get(1), x.get(2));
    return List.of(spatial, List.of(x.get(0), 1L, 1L), List.of(x.get(0)), spatial, x, x);
  }

  @Override
  public boolean trainable() {
    return true;
  }

  @Override
  public List<String> build(Branch branch, List<String> inputs) {
    String x = inputs.get(0);
    String channelMean = branch.add("channel_mean", new Mean(false), x);
    String spatialMean = branch.add("spatial_mean", new Mean(true), x);
    int pool = subSample ? 2 * maxpoolStride : 1;
    String relation = NonLocal.add(branch, inChannels, reduction, pool, zerosInit, x);
    return List.of(
        branch.add("spatial_mask", new Attention(true, spatialT), x),
        branch.add("channel_mask", new Attention(false, channelT), x),
        branch.add("channel_adapt", Layers.dense(inChannels), channelMean),
        branch.add("spatial_adapt", Layers.conv(1, 3, 1, true), spatialMean),
        branch.add("relation_adapt", Layers.conv(inChannels, 1, 1, true), relation),
        branch.add("adapt", Layers.conv(inChannels, 1, 1, true), x));
  }
}
