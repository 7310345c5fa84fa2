package io.limbeck.dl4j.connector;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonValue;
import io.limbeck.core.error.UserException;
import io.limbeck.core.schema.Key;
import io.limbeck.core.schema.NoEffect;
import io.limbeck.dl4j.function.Channels;
import io.limbeck.dl4j.function.Concatenate;
import io.limbeck.dl4j.function.Pad;
import java.util.List;
import java.util.stream.Stream;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.weights.WeightInit;

/**
 * A convolution, a normalisation and an activation in a given order: the usual way to bring the
 * student's channels to the teacher's.
 *
 * <p>Source: MMRazor's {@code ConvModuleConnector}; A. Romero et al., "FitNets: Hints for Thin Deep
 * Nets", ICLR 2015, arXiv:1412.6550, section 2.2. Weights start from He's normal distribution.
 *
 * @param inChannel channels of the value
 * @param outChannel channels of the output
 * @param kernelSize height and width of the kernel
 * @param stride of the kernel
 * @param padding points on each side
 * @param dilation distance of the kernel's points
 * @param groups of channels that do not mix
 * @param bias whether the convolution has one
 * @param normCfg the normalisation; null for none
 * @param actCfg the activation
 * @param paddingMode what stands on each side
 * @param order of the three
 */
@NoEffect(key = "conv_cfg", allowed = "[{\"type\": \"Conv2d\"}]", why = "maps have two sides")
@NoEffect(
    key = "inplace",
    allowed = "[true, false]",
    why = "recorded arrays are never written over")
@NoEffect(key = "with_spectral_norm", allowed = "[false]", why = "there is no spectral norm")
public record ConvModuleConnector(
    @Key(value = "Channels of the recorded value", min = 1) int inChannel,
    @Key(value = "Channels of the output", min = 1) int outChannel,
    @Key(value = "Height and width of the kernel", def = "1", min = 1) int kernelSize,
    @Key(value = "Step of the kernel", def = "1", min = 1) int stride,
    @Key(value = "Points added on each side", def = "0", min = 0) int padding,
    @Key(value = "Distance of the kernel's points", def = "1", min = 1) int dilation,
    @Key(
            value = "Groups of channels, which do not mix; divides both channel numbers",
            def = "1",
            min = 1)
        int groups,
    @Key(
            value = "Whether the convolution has a bias; auto: where no normalisation follows",
            def = "\"auto\"")
        Bias bias,
    @Key(value = "Normalisation; none by default", optional = true) NormConfig normCfg,
    @Key(
            value = "Activation; null for none",
            def = "{\"type\": \"ReLU\"}",
            ifNull = "{\"type\": \"None\"}")
        ActivationConfig actCfg,
    @Key(
            value =
                "What the added points are: zeros, or the map's own, mirrored, repeated or from the other side",
            def = "\"zeros\"")
        PaddingMode paddingMode,
    @Key(
            value = "Order of the three; one that is not there is skipped",
            def = "[\"conv\", \"norm\", \"act\"]")
        List<Part> order)
    implements GraphConnector {

  /** Whether a convolution has a bias. */
  public enum Bias {
    /** Where no normalisation follows. */
    AUTO,
    /** Always. */
    YES,
    /** Never. */
    NO;

    /** As in a config file: auto, true or false. */
    @JsonValue
    public Object value() {
      return this == AUTO ? (Object) "auto" : this == YES;
    }

    @JsonCreator
    static Bias of(Object value) {
      return Stream.of(values())
          .filter(each -> each.value().equals(value))
          .findFirst()
          .orElseThrow();
    }
  }

  /** What stands on each side of a map. */
  public enum PaddingMode {
    /** Zeros. */
    @JsonProperty("zeros")
    ZEROS,
    /** Mirrored at the last point. */
    @JsonProperty("reflect")
    REFLECT,
    /** The last point again. */
    @JsonProperty("replicate")
    REPLICATE,
    /** From the other side. */
    @JsonProperty("circular")
    CIRCULAR
  }

  /** A part of the module. */
  public enum Part {
    /** The convolution. */
    @JsonProperty("conv")
    CONV,
    /** The normalisation. */
    @JsonProperty("norm")
    NORM,
    /** The activation. */
    @JsonProperty("act")
    ACT
  }

  /** Checks the order. */
  public ConvModuleConnector {
    order = List.copyOf(order);
    if (order.size() != 3 || !order.containsAll(List.of(Part.values()))) {
      throw new UserException(
          "'order' of a ConvModuleConnector must hold conv, norm and act, each once");
    }
    if (inChannel % groups != 0 || outChannel % groups != 0) {
      throw new UserException(
          "'groups' of a ConvModuleConnector is %d but must divide 'in_channel', %d, and 'out_channel', %d"
              .formatted(groups, inChannel, outChannel));
    }
  }

  /**
   * One by one with a ReLU, as in the reference's defaults.
   *
   * @param inChannel channels of the value
   * @param outChannel channels of the output
   * @param normCfg the normalisation; null for none
   * @param actCfg the activation
   */
  public ConvModuleConnector(
      int inChannel, int outChannel, NormConfig normCfg, ActivationConfig actCfg) {
    this(
        inChannel,
        outChannel,
        1,
        1,
        0,
        1,
        1,
        Bias.AUTO,
        normCfg,
        actCfg,
        PaddingMode.ZEROS,
        List.of(Part.CONV, Part.NORM, Part.ACT));
  }

  @Override
  public List<List<Long>> outputs(List<List<Long>> inputs) {
    List<Long> shape = inputs.get(0);
    Need.channels(shape, "in_channel", inChannel);
    if (paddingMode == PaddingMode.REFLECT && padding >= Math.min(shape.get(1), shape.get(2))) {
      throw new IllegalArgumentException(
          "'padding' is %d, but only less than a side of the map can be mirrored"
              .formatted(padding));
    }
    return List.of(
        List.of(
            (long) outChannel,
            Need.side(shape.get(1), kernelSize, stride, padding, dilation),
            Need.side(shape.get(2), kernelSize, stride, padding, dilation)));
  }

  @Override
  public boolean trainable() {
    return true;
  }

  @Override
  public List<String> build(Branch branch, List<String> inputs) {
    String last = inputs.get(0);
    for (Part part : order) {
      last =
          switch (part) {
            case CONV -> conv(branch, last);
            case NORM -> normCfg == null ? last : norm(branch, last);
            case ACT ->
                actCfg instanceof ActivationConfig.None
                    ? last
                    : branch.add("activate", Layers.activation(actCfg.function()), last);
          };
    }
    return List.of(last);
  }

  private String conv(Branch branch, String input) {
    boolean biased = bias == Bias.AUTO ? normCfg == null : bias == Bias.YES;
    boolean padsItself = paddingMode == PaddingMode.ZEROS || padding == 0;
    int[] geometry = {kernelSize, stride, padsItself ? padding : 0, dilation};
    String padded =
        padsItself
            ? input
            : branch.add("pad", new Pad(Pad.Mode.valueOf(paddingMode.name()), padding), input);
    if (groups == 1) {
      return branch.add("conv", Layers.conv(outChannel, geometry, biased), WeightInit.RELU, padded);
    }
    String[] parts = new String[groups];
    int width = inChannel / groups;
    for (int group = 0; group < groups; group++) {
      String part =
          branch.add("group" + group, new Channels(group * width, (group + 1) * width), padded);
      parts[group] =
          branch.add(
              "conv" + group,
              Layers.conv(outChannel / groups, geometry, biased),
              WeightInit.RELU,
              part);
    }
    return branch.add("concat", new Concatenate(), parts);
  }

  private String norm(Branch branch, String input) {
    return NormConnector.add(branch, "bn", (NormConfig.BN) normCfg, input);
  }

  /** The layer of a normalisation. */
  static BatchNormalization layer(NormConfig.BN norm) {
    return new BatchNormalization.Builder().eps(norm.eps()).decay(1 - norm.momentum()).build();
  }
}
