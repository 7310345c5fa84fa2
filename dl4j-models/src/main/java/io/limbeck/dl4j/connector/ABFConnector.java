package io.limbeck.dl4j.connector;

import io.limbeck.core.schema.Key;
import io.limbeck.dl4j.function.Blend;
import io.limbeck.dl4j.function.Identity;
import io.limbeck.dl4j.function.Interpolate;
import java.util.List;
import org.deeplearning4j.nn.conf.graph.MergeVertex;
import org.deeplearning4j.nn.weights.WeightInit;
import org.nd4j.linalg.activations.impl.ActivationSigmoid;

/**
 * Attention-based fusion of knowledge review: a stage of the student, with what deeper stages
 * handed up, becomes a feature to compare with the teacher's stage. Output 0 is that feature,
 * output 1 what it hands up: {@code residual} of the next shallower stage's connector names this
 * one.
 *
 * <pre>
 *   x = BN(conv1x1(stage))            y = nearest(residual) to x's size
 *   z = sigmoid(conv1x1([x, y])),     x = x z_0 + y z_1     (where there is a residual)
 *   output 0 = BN(conv3x3(x)),        output 1 = x
 * </pre>
 *
 * <p>Source: P. Chen, S. Liu, H. Zhao, J. Jia, "Distilling Knowledge via Knowledge Review", CVPR
 * 2021, arXiv:2104.09044, figure 3 and the authors' code.
 *
 * @param inChannel channels of the value
 * @param midChannel channels that stages hand up, the same for all
 * @param outChannel channels of the teacher's stage
 * @param residual the connector of the next deeper stage; null for the deepest
 */
public record ABFConnector(
    @Key(value = "Channels of the recorded value", min = 1) int inChannel,
    @Key(value = "Channels that stages hand up, the same for all", min = 1) int midChannel,
    @Key(value = "Channels of the teacher's stage", min = 1) int outChannel,
    @Key(
            value = "Name of the next deeper stage's ABFConnector; none for the deepest",
            optional = true)
        String residual)
    implements GraphConnector {

  @Override
  public List<Output> others() {
    return residual == null ? List.of() : List.of(new Output(residual, 1));
  }

  @Override
  public List<List<Long>> outputs(List<List<Long>> inputs) {
    List<Long> x = inputs.get(0);
    Need.channels(x, "in_channel", inChannel);
    if (residual != null && inputs.get(1).get(0) != midChannel) {
      throw new IllegalArgumentException(
          "'mid_channel' is %d but that of its residual '%s' is %d"
              .formatted(midChannel, residual, inputs.get(1).get(0)));
    }
    return List.of(
        List.of((long) outChannel, x.get(1), x.get(2)),
        List.of((long) midChannel, x.get(1), x.get(2)));
  }

  @Override
  public boolean trainable() {
    return true;
  }

  @Override
  public List<String> build(Branch branch, List<String> inputs) {
    String x =
        branch.add(
            "conv1", Layers.conv(midChannel, 1, 1, false), WeightInit.UNIFORM, inputs.get(0));
    x = branch.add("bn1", Layers.norm(), x);
    if (residual != null) {
      x = fuse(branch, x, inputs.get(1));
    }
    String out = branch.add("conv2", Layers.conv(outChannel, 3, 1, false), x);
    return List.of(
        branch.add("bn2", Layers.norm(), out),
        residual == null ? branch.add("residual", new Identity(), x) : x);
  }

  private static String fuse(Branch branch, String x, String residual) {
    List<Long> shape = branch.shape(x);
    String y =
        branch.add(
            "up",
            new Interpolate(Interpolate.Method.NEAREST, shape.get(1), shape.get(2)),
            residual);
    String both = branch.addVertex("both", new MergeVertex(), x, y);
    String z = branch.add("attention.conv", Layers.conv(2, 1, 1, true), both);
    z = branch.add("attention.sigmoid", Layers.activation(new ActivationSigmoid()), z);
    return branch.add("fuse", new Blend(), x, y, z);
  }
}
