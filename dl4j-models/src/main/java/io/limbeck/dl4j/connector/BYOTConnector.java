package io.limbeck.dl4j.connector;

import io.limbeck.core.error.UserException;
import io.limbeck.core.schema.Key;
import io.limbeck.dl4j.function.Flatten;
import io.limbeck.dl4j.function.Interpolate;
import java.util.List;
import org.deeplearning4j.nn.conf.ConvolutionMode;
import org.deeplearning4j.nn.conf.graph.ElementWiseVertex;
import org.deeplearning4j.nn.conf.layers.PoolingType;
import org.deeplearning4j.nn.conf.layers.SubsamplingLayer;
import org.nd4j.linalg.activations.impl.ActivationSigmoid;

/**
 * An early exit of self-distillation: attention, separable convolutions down to the size of the
 * last stage, pooling and a classifier. Output 0 is the pooled feature, output 1 the logits.
 *
 * <p>Source: L. Zhang, J. Song, A. Gao, J. Chen, C. Bao, K. Ma, "Be Your Own Teacher: Improve the
 * Performance of Convolutional Neural Networks via Self Distillation", ICCV 2019, arXiv:1905.08094,
 * section 3.1; MMRazor's {@code BYOTConnector}.
 *
 * @param inChannel channels of the value, divided by the expansion
 * @param outChannel channels of the last stage, divided by the expansion
 * @param numClasses classes
 * @param expansion factor of both
 * @param poolSize window of the last pooling
 * @param kernelSize of the separable convolutions
 * @param stride of the separable convolutions
 */
public record BYOTConnector(
    @Key(value = "Channels of the recorded value, divided by expansion", min = 1) int inChannel,
    @Key(
            value =
                "Channels of the exit's feature, divided by expansion: in_channel times a power of two",
            min = 1)
        int outChannel,
    @Key(value = "Number of classes", min = 1) int numClasses,
    @Key(value = "Factor of both channel numbers", def = "4", min = 1) int expansion,
    @Key(value = "Window of the last pooling", def = "4", min = 1) int poolSize,
    @Key(value = "Kernel of the separable convolutions, 3 or 5", def = "3", min = 3, max = 5)
        int kernelSize,
    @Key(value = "Stride of the separable convolutions, 1 or 2", def = "1", min = 1, max = 2)
        int stride)
    implements GraphConnector {

  /** Checks the channels. */
  public BYOTConnector {
    if (kernelSize == 4) {
      throw new UserException("'kernel_size' of a BYOTConnector is 4 but must be 3 or 5");
    }
    int ratio = outChannel / inChannel;
    if (outChannel % inChannel != 0 || Integer.bitCount(ratio) != 1) {
      throw new UserException(
          "'out_channel' of a BYOTConnector is %d but must be 'in_channel', %d, times a power of two"
              .formatted(outChannel, inChannel));
    }
  }

  private int blocks() {
    return Integer.numberOfTrailingZeros(outChannel / inChannel);
  }

  @Override
  public List<List<Long>> outputs(List<List<Long>> inputs) {
    List<Long> shape = inputs.get(0);
    Need.maps(shape);
    if (shape.get(0) != (long) inChannel * expansion) {
      throw new IllegalArgumentException(
          "it has %d channels but 'in_channel' times 'expansion' is %d"
              .formatted(shape.get(0), inChannel * expansion));
    }
    long features = (long) outChannel * expansion * pooled(shape.get(1)) * pooled(shape.get(2));
    return List.of(List.of(features), List.of((long) numClasses));
  }

  private long pooled(long side) {
    long last = side;
    for (int block = 0; block < blocks(); block++) {
      last = Need.side(last, kernelSize, stride, kernelSize / 2, 1);
    }
    return Need.side(last, poolSize, poolSize, 0, 1);
  }

  @Override
  public boolean trainable() {
    return true;
  }

  @Override
  public List<String> build(Branch branch, List<String> inputs) {
    long channels = (long) inChannel * expansion;
    String x = inputs.get(0);
    String last = attend(branch, channels, x);
    for (int block = 0; block < blocks(); block++) {
      last = separable(branch, "scala." + block, channels, 2 * channels, last);
      channels *= 2;
    }
    String pool =
        branch.add(
            "pool",
            new SubsamplingLayer.Builder(PoolingType.AVG)
                .kernelSize(poolSize, poolSize)
                .stride(poolSize, poolSize)
                .convolutionMode(ConvolutionMode.Truncate)
                .build(),
            last);
    String feature = branch.add("flatten", new Flatten(), pool);
    return List.of(feature, branch.add("fc", Layers.dense(numClasses), feature));
  }

  private String attend(Branch branch, long channels, String x) {
    String last = separable(branch, "attention.conv", channels, channels, x);
    last = branch.add("attention.bn", Layers.norm(), last);
    last = branch.add("attention.relu", Layers.relu(), last);
    List<Long> shape = branch.shape(x);
    last =
        branch.add(
            "attention.up",
            new Interpolate(Interpolate.Method.BILINEAR, shape.get(1), shape.get(2)),
            last);
    last = branch.add("attention.sigmoid", Layers.activation(new ActivationSigmoid()), last);
    return branch.addVertex(
        "attention.mul", new ElementWiseVertex(ElementWiseVertex.Op.Product), last, x);
  }

  /** ReLU, depthwise, pointwise, BatchNorm, and once more, as in DARTS. */
  private String separable(Branch branch, String name, long in, long out, String input) {
    String last = branch.add(name + ".relu0", Layers.relu(), input);
    last = branch.add(name + ".dw0", Layers.depthwise(in, kernelSize, stride), last);
    last = branch.add(name + ".pw0", Layers.conv(in, 1, 1, false), last);
    last = branch.add(name + ".bn0", Layers.norm(), last);
    last = branch.add(name + ".relu1", Layers.relu(), last);
    last = branch.add(name + ".dw1", Layers.depthwise(in, kernelSize, 1), last);
    last = branch.add(name + ".pw1", Layers.conv(out, 1, 1, false), last);
    return branch.add(name + ".bn1", Layers.norm(), last);
  }
}
