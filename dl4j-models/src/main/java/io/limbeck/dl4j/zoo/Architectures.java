package io.limbeck.dl4j.zoo;

import io.limbeck.core.config.ArchitectureConfig.CifarResNet;
import io.limbeck.core.config.ArchitectureConfig.DistilledVisionTransformer;
import io.limbeck.core.config.ArchitectureConfig.Mlp;
import io.limbeck.core.config.ArchitectureConfig.MobileNetV2;
import io.limbeck.core.config.ArchitectureConfig.RegNet;
import io.limbeck.core.config.ArchitectureConfig.ResNet;
import io.limbeck.core.config.ArchitectureConfig.ResNetCifar;
import io.limbeck.core.config.ArchitectureConfig.ShuffleNetV2;
import io.limbeck.core.config.ArchitectureConfig.SmallCnn;
import io.limbeck.core.config.ArchitectureConfig.VisionTransformer;
import io.limbeck.core.config.ArchitectureConfig.WideResNet;
import io.limbeck.core.config.RegNetArch;
import io.limbeck.core.config.SegmentationCnn;
import io.limbeck.core.config.TextCnn;
import io.limbeck.core.config.TransformerArch;
import java.util.List;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration.GraphBuilder;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.distribution.TruncatedNormalDistribution;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.weights.IWeightInit;
import org.deeplearning4j.nn.weights.WeightInit;
import org.deeplearning4j.nn.weights.WeightInitDistribution;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.learning.config.Sgd;

/**
 * The networks of the zoo. Layers are named as in the reference framework: {@code backbone.…},
 * {@code neck.…}, {@code head.fc} for the logits, {@code head.loss_module} for the loss; a module
 * that it runs several times has executions {@code name}, {@code name#1}, …
 */
public final class Architectures {
  static final String INPUT = "input";

  /** Standard deviation of a transformer's weights at the start. */
  private static final double LINEAR_STD = 0.02;

  private final InputType input;
  private final int classes;
  private final long seed;
  private final DataType dataType;

  /**
   * Networks for one data set.
   *
   * @param input the shape of an example
   * @param classes of the data
   * @param seed of the initial weights
   * @param dataType of the parameters
   */
  public Architectures(InputType input, int classes, long seed, DataType dataType) {
    this.input = input;
    this.classes = classes;
    this.seed = seed;
    this.dataType = dataType;
  }

  /**
   * The CIFAR form of a residual network.
   *
   * @param architecture its depth
   */
  public ComputationGraphConfiguration cifarResNet(CifarResNet architecture) {
    GraphBuilder graph = start(WeightInit.RELU);
    String last = new ResNetLayers(graph).add(architecture.depth());
    return finish(graph, last, architecture.numClasses());
  }

  /**
   * The residual network for ImageNet.
   *
   * @param architecture its depth
   */
  public ComputationGraphConfiguration resNet(ResNet architecture) {
    GraphBuilder graph = start(WeightInit.RELU);
    String last = new ImageNetResNet(new Stack(graph), architecture.depth()).withImageNetStem();
    return finish(graph, last, architecture.numClasses());
  }

  /**
   * The same with a stem for small images.
   *
   * @param architecture its depth
   */
  public ComputationGraphConfiguration resNetCifar(ResNetCifar architecture) {
    GraphBuilder graph = start(WeightInit.RELU);
    String last = new ImageNetResNet(new Stack(graph), architecture.depth()).withCifarStem();
    return finish(graph, last, architecture.numClasses());
  }

  /**
   * The wide residual network.
   *
   * @param architecture its depth and width
   */
  public ComputationGraphConfiguration wideResNet(WideResNet architecture) {
    GraphBuilder graph = start(WeightInit.RELU);
    String last =
        new WideResNetLayers(new Stack(graph))
            .add(architecture.depth(), architecture.widenFactor());
    return finish(graph, last, architecture.numClasses());
  }

  /**
   * MobileNetV2.
   *
   * @param architecture its width
   */
  public ComputationGraphConfiguration mobileNetV2(MobileNetV2 architecture) {
    GraphBuilder graph = start(WeightInit.RELU);
    String last = new MobileNetV2Layers(new Stack(graph), architecture.widenFactor()).add();
    return finish(graph, last, architecture.numClasses());
  }

  /**
   * ShuffleNetV2.
   *
   * @param architecture its width
   */
  public ComputationGraphConfiguration shuffleNetV2(ShuffleNetV2 architecture) {
    GraphBuilder graph = start(WeightInit.RELU);
    long[] shape = input.getShape(false);
    String last =
        new ShuffleNetV2Layers(
                new Stack(graph),
                architecture.widenFactor(),
                Math.toIntExact(shape[1]),
                Math.toIntExact(shape[2]))
            .add();
    return finish(graph, last, architecture.numClasses());
  }

  /**
   * RegNet.
   *
   * @param architecture which one
   */
  public ComputationGraphConfiguration regNet(RegNet architecture) {
    return regNet(architecture.modelName().size(), architecture.numClasses());
  }

  ComputationGraphConfiguration regNet(RegNetArch.Size size, Integer numClasses) {
    GraphBuilder graph = start(WeightInit.RELU);
    long[] shape = input.getShape(false);
    String last =
        new RegNetLayers(
                new Stack(graph), size, Math.toIntExact(shape[1]), Math.toIntExact(shape[2]))
            .add();
    return finish(graph, last, numClasses);
  }

  /**
   * The vision transformer.
   *
   * @param architecture its sizes
   */
  public ComputationGraphConfiguration visionTransformer(VisionTransformer architecture) {
    return transformer(
        architecture.arch().size(),
        architecture.patchSize(),
        architecture.dropPathRate(),
        architecture.numClasses(),
        List.of("cls_token"));
  }

  /**
   * The vision transformer with a distillation token.
   *
   * @param architecture its sizes
   */
  public ComputationGraphConfiguration distilledVisionTransformer(
      DistilledVisionTransformer architecture) {
    return transformer(
        architecture.arch().size(),
        architecture.patchSize(),
        architecture.dropPathRate(),
        architecture.numClasses(),
        List.of("cls_token", "dist_token"));
  }

  /**
   * A plain convolutional network.
   *
   * @param architecture its sizes
   */
  public ComputationGraphConfiguration smallCnn(SmallCnn architecture) {
    GraphBuilder graph = start(WeightInit.UNIFORM);
    String last = INPUT;
    for (int i = 0; i < architecture.channels().size(); i++) {
      last = ConvLayers.block(graph, "backbone.layer" + i, last, architecture.channels().get(i));
    }
    graph.addLayer("neck.fc", dense(architecture.hidden()), last);
    graph.addLayer("neck.relu", ConvLayers.relu(), "neck.fc");
    return finish(graph, "neck.relu", architecture.numClasses());
  }

  /**
   * A plain network of fully connected layers.
   *
   * @param architecture its sizes
   */
  public ComputationGraphConfiguration mlp(Mlp architecture) {
    GraphBuilder graph = start(WeightInit.UNIFORM);
    String last = INPUT;
    for (int i = 0; i < architecture.hidden().size(); i++) {
      String name = "backbone.layer" + i;
      graph.addLayer(name + ".fc", dense(architecture.hidden().get(i)), last);
      graph.addLayer(name + ".relu", ConvLayers.relu(), name + ".fc");
      last = name + ".relu";
    }
    return finish(graph, last, architecture.numClasses());
  }

  /**
   * The convolutional network for sentences. Examples are vectors of token numbers.
   *
   * @param architecture its sizes
   */
  public ComputationGraphConfiguration textCnn(TextCnn architecture) {
    GraphBuilder graph = start(WeightInit.UNIFORM);
    int length = Math.toIntExact(input.arrayElementsPerExample());
    TextLayers layers = new TextLayers(new Stack(graph), architecture, length);
    return layers.withVocabulary(finish(graph, layers.add(), architecture.numClasses()));
  }

  /**
   * The encoder and decoder that tell the class of every pixel.
   *
   * @param architecture its sizes
   */
  public ComputationGraphConfiguration segmentationCnn(SegmentationCnn architecture) {
    GraphBuilder graph = start(WeightInit.RELU);
    String last = new SegmentationLayers(new Stack(graph), architecture.channels()).add();
    return heads(graph, architecture.numClasses()).ofPixels(last);
  }

  /**
   * Begins a graph. Plain networks start from U(-1/sqrt(fan in), 1/sqrt(fan in)): with the wider
   * normal distribution that residual networks need, a narrow one ends a percent or more worse.
   */
  private GraphBuilder start(WeightInit weightInit) {
    return start(weightInit.getWeightInitFunction());
  }

  private GraphBuilder start(IWeightInit weightInit) {
    return new NeuralNetConfiguration.Builder()
        .seed(seed)
        .dataType(dataType)
        .weightInit(weightInit)
        .updater(new Sgd(0.1))
        .activation(Activation.IDENTITY)
        .graphBuilder()
        .addInputs(INPUT)
        .setInputTypes(input);
  }

  ComputationGraphConfiguration transformer(
      TransformerArch.Size size,
      int patchSize,
      double dropPathRate,
      Integer numClasses,
      List<String> learntTokens) {
    GraphBuilder graph =
        start(new WeightInitDistribution(new TruncatedNormalDistribution(0, LINEAR_STD)))
            .allowDisconnected(true);
    long[] shape = input.getShape(false);
    int patches = Math.toIntExact((shape[1] / patchSize) * (shape[2] / patchSize));
    List<String> tokens =
        new VisionTransformerLayers(new Stack(graph), size, dropPathRate, patches, learntTokens)
            .add(patchSize);
    return heads(graph, numClasses).ofTokens(tokens);
  }

  private ComputationGraphConfiguration finish(
      GraphBuilder graph, String last, Integer numClasses) {
    return heads(graph, numClasses).ofExamples(last);
  }

  /** For so many classes as the config says, or as the data have. */
  private Heads heads(GraphBuilder graph, Integer numClasses) {
    return new Heads(graph, numClasses == null ? classes : numClasses);
  }

  private static DenseLayer dense(int units) {
    return new DenseLayer.Builder().nOut(units).build();
  }
}
