package io.limbeck.dl4j.training;

import static org.assertj.core.api.Assertions.assertThat;

import io.limbeck.core.config.ArchitectureConfig.CifarResNet;
import io.limbeck.core.config.ArchitectureConfig.Mlp;
import io.limbeck.core.config.ArchitectureConfig.MobileNetV2;
import io.limbeck.core.config.ArchitectureConfig.SmallCnn;
import io.limbeck.core.config.ArchitectureConfig.WideResNet;
import io.limbeck.dl4j.graph.Fixtures;
import io.limbeck.dl4j.graph.LogitsForm;
import io.limbeck.dl4j.zoo.Architectures;
import java.util.List;
import java.util.Map;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.ConvolutionMode;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.graph.ElementWiseVertex;
import org.deeplearning4j.nn.conf.graph.LayerVertex;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.LossLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.SubsamplingLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Nesterovs;
import org.nd4j.linalg.lossfunctions.ILossFunction;
import org.nd4j.linalg.lossfunctions.LossFunctions;
import org.nd4j.linalg.lossfunctions.impl.LossMCXENT;
import org.nd4j.linalg.lossfunctions.impl.LossNegativeLogLikelihood;

/** Networks to train, those of the zoo and one that has what the zoo has not, and steps of them. */
final class TrainedNetworks {
  static final int CLASSES = 5;
  private static final InputType INPUT = InputType.convolutional(16, 12, 3);

  private TrainedNetworks() {}

  static ComputationGraphConfiguration conf(String kind) {
    return conf(kind, DataType.FLOAT);
  }

  static ComputationGraphConfiguration conf(String kind, DataType type) {
    Architectures zoo = new Architectures(INPUT, CLASSES, 7, type);
    ComputationGraphConfiguration conf =
        switch (kind) {
          case "resnet" -> zoo.cifarResNet(new CifarResNet(14, null));
          case "wide resnet" -> zoo.wideResNet(new WideResNet(10, 1, null));
          case "cnn" -> zoo.smallCnn(new SmallCnn(List.of(3, 4), 6, null));
          case "mlp" -> zoo.mlp(new Mlp(List.of(9, 8), null));
          case "large mlp" -> zoo.mlp(new Mlp(List.of(200), null));
          case "weighted" ->
              withLoss(
                  zoo.mlp(new Mlp(List.of(9, 8), null)),
                  new LossMCXENT(Nd4j.createFromArray(0.5, 2, 1, 0, 3).reshape(1, CLASSES)));
          case "likelihood" ->
              withLoss(zoo.mlp(new Mlp(List.of(9, 8), null)), new LossNegativeLogLikelihood());
          case "mobilenet" -> zoo.mobileNetV2(new MobileNetV2(0.25, null));
          default -> ofAUser(type);
        };
    return LogitsForm.of(conf);
  }

  /** What the zoo has not: "same" padding, dilation, sums of other kinds, what only DL4J knows. */
  private static ComputationGraphConfiguration ofAUser(DataType type) {
    return new NeuralNetConfiguration.Builder()
        .seed(7)
        .updater(new Nesterovs(0.1, 0.9))
        .l2(0.01)
        .dataType(type)
        .convolutionMode(ConvolutionMode.Same)
        .graphBuilder()
        .addInputs("input")
        .setInputTypes(INPUT)
        .addLayer("first", conv(5, 4).stride(2, 2).activation(Activation.RELU).build(), "input")
        .addLayer(
            "pool",
            new SubsamplingLayer.Builder(SubsamplingLayer.PoolingType.MAX)
                .kernelSize(3, 3)
                .stride(2, 2)
                .build(),
            "first")
        .addLayer("left", conv(3, 3).dilation(2, 2).build(), "pool")
        .addLayer("tanh", new ActivationLayer(Activation.TANH), "left")
        .addLayer("right", conv(1, 1).hasBias(false).build(), "pool")
        .addLayer("bn", new BatchNormalization.Builder().decay(0.7).build(), "right")
        .addVertex("sum", new ElementWiseVertex(ElementWiseVertex.Op.Add), "bn", "tanh")
        .addVertex("twice", new ElementWiseVertex(ElementWiseVertex.Op.Add), "sum", "tanh")
        .addLayer("own", conv(3, 3).build(), "twice")
        .addVertex("residual", new ElementWiseVertex(ElementWiseVertex.Op.Add), "own", "twice")
        .addVertex(
            "doubled", new ElementWiseVertex(ElementWiseVertex.Op.Add), "residual", "residual")
        .addLayer("relu", new ActivationLayer(Activation.RELU), "doubled")
        .addLayer("linear", new ActivationLayer(Activation.IDENTITY), "relu")
        .addVertex(
            "product", new ElementWiseVertex(ElementWiseVertex.Op.Product), "linear", "residual")
        .addLayer(
            "mean",
            new SubsamplingLayer.Builder(SubsamplingLayer.PoolingType.AVG)
                .kernelSize(2, 2)
                .stride(2, 2)
                .convolutionMode(ConvolutionMode.Truncate)
                .build(),
            "product")
        .addLayer(
            "hidden", new DenseLayer.Builder().nOut(7).activation(Activation.RELU).build(), "mean")
        .addLayer("rows", new BatchNormalization(), "hidden")
        .addLayer(
            "head.fc",
            new OutputLayer.Builder(LossFunctions.LossFunction.MCXENT)
                .nOut(CLASSES)
                .activation(Activation.SOFTMAX)
                .build(),
            "rows")
        .setOutputs("head.fc")
        .build();
  }

  private static ComputationGraphConfiguration withLoss(
      ComputationGraphConfiguration conf, ILossFunction loss) {
    LayerVertex output = (LayerVertex) conf.getVertices().get(conf.getNetworkOutputs().get(0));
    ((LossLayer) output.getLayerConf().getLayer()).setLossFn(loss);
    return conf;
  }

  private static ConvolutionLayer.Builder conv(int height, int width) {
    return new ConvolutionLayer.Builder(height, width).nOut(6).activation(Activation.IDENTITY);
  }

  static <G extends ComputationGraph> G varied(G network) {
    int seed = 0;
    for (Layer layer : network.getLayers()) {
      for (Map.Entry<String, INDArray> each : layer.paramTable(false).entrySet()) {
        if (layer.conf().getLayer() instanceof BatchNormalization || each.getKey().equals("b")) {
          INDArray random = Fixtures.random(seed++, each.getValue().shape());
          boolean positive = each.getKey().equals("var") || each.getKey().equals("gamma");
          each.getValue().assign(positive ? random.mul(0.5).add(1) : random);
        }
      }
    }
    return network;
  }

  static void step(ComputationGraph network, int seed, int batch) {
    INDArray features = Fixtures.random(seed, batch, 3, 16, 12).castTo(DataType.FLOAT);
    INDArray labels = Fixtures.labels(features, CLASSES);
    network.fit(new INDArray[] {features}, new INDArray[] {labels});
  }

  static void compute(ComputationGraph network, int seed, int batch) {
    DataType type = network.getConfiguration().getDataType();
    INDArray features = Fixtures.random(seed, batch, 3, 16, 12).castTo(DataType.FLOAT);
    network.setInputs(features.castTo(type));
    INDArray[] labels = new INDArray[network.getNumOutputArrays()];
    labels[labels.length - 1] = Fixtures.labels(features, CLASSES).castTo(type);
    network.setLabels(labels);
    network.computeGradientAndScore();
  }

  static void assertClose(INDArray actual, INDArray expected, String what) {
    assertThat(actual.shape()).as(what).isEqualTo(expected.shape());
    double scale = expected.amaxNumber().doubleValue();
    assertThat(actual.sub(expected).amaxNumber().doubleValue()).as(what).isLessThan(2e-4 * scale);
  }
}
