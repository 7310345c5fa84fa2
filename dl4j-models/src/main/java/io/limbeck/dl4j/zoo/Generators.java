package io.limbeck.dl4j.zoo;

import io.limbeck.core.config.GeneratorConfig;
import io.limbeck.core.config.GeneratorConfig.DaflGenerator;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration.GraphBuilder;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.WorkspaceMode;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.Upsampling2D;
import org.deeplearning4j.nn.conf.preprocessor.FeedForwardToCnnPreProcessor;
import org.deeplearning4j.nn.weights.WeightInit;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.activations.impl.ActivationLReLU;
import org.nd4j.linalg.api.buffer.DataType;

/** Networks that make images of noise, {@code [batch, latent]} to {@code [batch, channels, …]}. */
public final class Generators {
  /** The name of the input. */
  public static final String NOISE = "noise";

  private static final String PREFIX = GeneratorConfig.PREFIX;
  private static final double PYTORCH_EPS = 1e-5;

  private Generators() {}

  /**
   * A generator's configuration, its last vertex the images.
   *
   * @param config which one
   * @param channels of an image
   * @param seed of its weights
   * @param dataType of everything
   */
  public static ComputationGraphConfiguration of(
      GeneratorConfig config, int channels, long seed, DataType dataType) {
    int hidden = config.hiddenChannels();
    int side = config.initSize();
    boolean dafl = config instanceof DaflGenerator;
    double eps = config instanceof DaflGenerator each ? each.bnEps() : PYTORCH_EPS;
    GraphBuilder graph =
        new NeuralNetConfiguration.Builder()
            .seed(seed)
            .dataType(dataType)
            .weightInit(WeightInit.UNIFORM)
            .activation(Activation.IDENTITY)
            .graphBuilder()
            .addInputs(NOISE)
            .setInputTypes(InputType.feedForward(config.latentDim()));
    Stack stack = new Stack(graph);
    String last =
        stack.layer(
            PREFIX + "l1",
            new DenseLayer.Builder().nIn(config.latentDim()).nOut(hidden * side * side).build(),
            NOISE);
    last = stack.layer(PREFIX + "bn1", norm(PYTORCH_EPS, true), last);
    graph.inputPreProcessor(last, new FeedForwardToCnnPreProcessor(side, side, hidden));
    last = enlarged(stack, "up1", config, last);
    last = block(stack, "conv1", hidden, eps, config, last);
    last = enlarged(stack, "up2", config, last);
    last = block(stack, "conv2", hidden / 2, eps, config, last);
    last = stack.layer(PREFIX + "conv3", ConvLayers.conv(channels, 3, 1, true), last);
    if (dafl) {
      last =
          stack.layer(
              PREFIX + "tanh",
              new ActivationLayer.Builder().activation(Activation.TANH).build(),
              last);
    }
    last = stack.layer(PREFIX + "image", norm(PYTORCH_EPS, !dafl), last);
    ComputationGraphConfiguration conf = graph.setOutputs(last).build();
    // BatchNorm of DL4J 1.0.0-M2.1 needs a workspace for training that output() does not open.
    conf.setTrainingWorkspaceMode(WorkspaceMode.NONE);
    return conf;
  }

  private static String enlarged(Stack stack, String name, GeneratorConfig config, String from) {
    return stack.layer(PREFIX + name, new Upsampling2D.Builder(config.scaleFactor()).build(), from);
  }

  private static String block(
      Stack stack, String name, int channels, double eps, GeneratorConfig config, String from) {
    String last = stack.layer(PREFIX + name, ConvLayers.conv(channels, 3, 1, true), from);
    last = stack.layer(PREFIX + name + ".bn", norm(eps, true), last);
    return stack.layer(
        PREFIX + name + ".act",
        new ActivationLayer.Builder().activation(new ActivationLReLU(config.leakySlope())).build(),
        last);
  }

  private static BatchNormalization norm(double eps, boolean affine) {
    return new BatchNormalization.Builder().eps(eps).decay(0.9).lockGammaBeta(!affine).build();
  }
}
