package io.limbeck.dl4j.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.limbeck.core.config.ArchitectureConfig.CifarResNet;
import io.limbeck.core.config.ArchitectureConfig.Mlp;
import io.limbeck.core.config.ArchitectureConfig.MobileNetV2;
import io.limbeck.core.config.ArchitectureConfig.SmallCnn;
import io.limbeck.core.config.ArchitectureConfig.WideResNet;
import io.limbeck.dl4j.engine.CpuEngine;
import io.limbeck.dl4j.graph.Fixtures;
import io.limbeck.dl4j.graph.LogitsForm;
import io.limbeck.dl4j.graph.Networks;
import io.limbeck.dl4j.head.GradientHead;
import io.limbeck.dl4j.head.GradientHeadLayer;
import io.limbeck.dl4j.zoo.Architectures;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.ConvolutionMode;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.graph.ElementWiseVertex;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.deeplearning4j.nn.conf.graph.LayerVertex;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.BaseLayer;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.LossLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.SubsamplingLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.transferlearning.TransferLearning;
import org.deeplearning4j.optimize.api.BaseTrainingListener;
import org.deeplearning4j.optimize.listeners.ScoreIterationListener;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.learning.config.Nesterovs;
import org.nd4j.linalg.lossfunctions.ILossFunction;
import org.nd4j.linalg.lossfunctions.LossFunctions;
import org.nd4j.linalg.lossfunctions.impl.LossMCXENT;
import org.nd4j.linalg.lossfunctions.impl.LossNegativeLogLikelihood;

/** Against DL4J's own steps, over layers that are checked against stock ones elsewhere. */
class CompiledGraphTest {
  private static final InputType INPUT = InputType.convolutional(16, 12, 3);
  private static final int CLASSES = 5;

  @AfterEach
  void switchOn() {
    System.clearProperty(CpuEngine.PROPERTY);
  }

  private static ComputationGraphConfiguration conf(String kind) {
    return conf(kind, DataType.FLOAT);
  }

  private static ComputationGraphConfiguration conf(String kind, DataType type) {
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

  private static <G extends ComputationGraph> G varied(G network) {
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

  /** Keeps what it sees. */
  private static final class Watcher extends BaseTrainingListener implements Observing {
    private final Set<String> observed;
    private final Map<String, INDArray> seen = new LinkedHashMap<>();

    Watcher(Set<String> observed) {
      this.observed = observed;
    }

    @Override
    public Set<String> observed() {
      return observed;
    }

    @Override
    public void onForwardPass(Model model, Map<String, INDArray> activations) {
      observed.forEach(name -> seen.put(name, activations.get(name).dup()));
    }
  }

  private static void step(ComputationGraph network, int seed, int batch) {
    INDArray features = Fixtures.random(seed, batch, 3, 16, 12).castTo(DataType.FLOAT);
    INDArray labels = Fixtures.labels(features, CLASSES);
    network.fit(new INDArray[] {features}, new INDArray[] {labels});
  }

  private static void compute(ComputationGraph network, int seed, int batch) {
    DataType type = network.getConfiguration().getDataType();
    INDArray features = Fixtures.random(seed, batch, 3, 16, 12).castTo(DataType.FLOAT);
    network.setInputs(features.castTo(type));
    INDArray[] labels = new INDArray[network.getNumOutputArrays()];
    labels[labels.length - 1] = Fixtures.labels(features, CLASSES).castTo(type);
    network.setLabels(labels);
    network.computeGradientAndScore();
  }

  private static void assertClose(INDArray actual, INDArray expected, String what) {
    assertThat(actual.shape()).as(what).isEqualTo(expected.shape());
    double scale = expected.amaxNumber().doubleValue();
    assertThat(actual.sub(expected).amaxNumber().doubleValue()).as(what).isLessThan(2e-4 * scale);
  }

  /** How far gradients are from exact ones, by name, relative to those or the largest ones. */
  private static Map<String, Double> errors(ComputationGraph network, ComputationGraph exact) {
    Map<String, INDArray> found = network.gradient().gradientForVariable();
    Map<String, INDArray> expected = exact.gradient().gradientForVariable();
    assertThat(found.keySet()).containsExactlyInAnyOrderElementsOf(expected.keySet());
    double largest =
        expected.values().stream()
            .mapToDouble(each -> each.norm2Number().doubleValue())
            .max()
            .orElseThrow();
    Map<String, Double> errors = new LinkedHashMap<>();
    expected.forEach(
        (name, gradient) -> {
          INDArray difference = found.get(name).castTo(DataType.DOUBLE).sub(gradient);
          double scale = Math.max(gradient.norm2Number().doubleValue(), 1e-3 * largest);
          errors.put(name, difference.norm2Number().doubleValue() / scale);
        });
    return errors;
  }

  /**
   * Against double precision. In single precision some value before a ReLU may lie on the other
   * side of zero, and all gradients before it differ by what hangs on it, in DL4J's network as in
   * this one; but not in every mini-batch.
   */
  @ParameterizedTest
  @CsvSource({
    "resnet, 16",
    "resnet, 11",
    "wide resnet, 16",
    "cnn, 16",
    "cnn, 1",
    "mlp, 16",
    "mlp, 1",
    "large mlp, 16",
    "large mlp, 1",
    "weighted, 16",
    "likelihood, 16",
    "mobilenet, 16",
    "of a user, 16",
    "of a user, 11"
  })
  void gradients_areExact(String kind, int batch) {
    CompiledGraph compiled = varied(Networks.learning(conf(kind)));
    ComputationGraph exact = Networks.fresh(conf(kind, DataType.DOUBLE));
    exact.setParams(compiled.params().castTo(DataType.DOUBLE));
    Map<String, Double> least = new LinkedHashMap<>();
    for (int seed = 1; seed <= 8; seed++) {
      compute(exact, seed, batch);
      compute(compiled, seed, batch);
      assertThat(compiled.isCompiled()).isTrue();
      assertThat(compiled.score()).isCloseTo(exact.score(), within(1e-3 * exact.score()));
      errors(compiled, exact).forEach((name, error) -> least.merge(name, error, Math::min));
    }
    assertThat(least).allSatisfy((name, error) -> assertThat(error).as(name).isLessThan(1e-3));
  }

  /** What a step adds to the parameters. */
  private record Updates(INDArray compiled, INDArray own) {

    static Updates of(ComputationGraphConfiguration conf) {
      CompiledGraph compiled = varied(Networks.learning(conf));
      ComputationGraph own = varied(Networks.fresh(conf.clone()));
      INDArray before = own.params().dup();
      step(own, 1, 16);
      step(compiled, 1, 16);
      assertThat(compiled.isCompiled()).isTrue();
      return new Updates(compiled.params().sub(before), own.params().sub(before));
    }
  }

  /** Of a network that is not so deep that rounding shows. */
  @ParameterizedTest
  @ValueSource(strings = {"resnet", "wide resnet", "cnn", "mlp", "large mlp", "of a user"})
  void updates_areDl4js(String kind) {
    ComputationGraphConfiguration conf = conf(kind);
    Updates updates = Updates.of(conf);
    assertClose(updates.compiled(), updates.own(), "change");
  }

  /** One that is not written anew here, and reads the gradients from DL4J's own place. */
  @Test
  void updatesOfAdam_areDl4js() {
    ComputationGraphConfiguration conf = conf("resnet");
    for (GraphVertex vertex : conf.getVertices().values()) {
      if (vertex instanceof LayerVertex layer
          && layer.getLayerConf().getLayer() instanceof BaseLayer base
          && !(base instanceof BatchNormalization)) {
        base.setIUpdater(new Adam(0.01));
      }
    }
    Updates updates = Updates.of(conf);
    assertThat(updates.compiled().distance2(updates.own()))
        .isLessThan(0.02 * updates.own().norm2Number().doubleValue());
  }

  @Test
  void frozenLayers_areDl4jsToSkip() {
    ComputationGraph frozen =
        new TransferLearning.GraphBuilder(Networks.fresh(conf("cnn")))
            .setFeatureExtractor("backbone.layer0.conv")
            .build();
    CompiledGraph network = Networks.learning(frozen.getConfiguration());
    INDArray before = network.getLayer("backbone.layer0.conv").params().dup();
    step(network, 1, 4);
    assertThat(network.isCompiled()).isFalse();
    assertThat(network.getLayer("backbone.layer0.conv").params()).isEqualTo(before);
  }

  @ParameterizedTest
  @ValueSource(strings = {"resnet", "cnn", "of a user"})
  void whatIsObserved_isThere(String kind) {
    ComputationGraphConfiguration conf = conf(kind);
    CompiledGraph compiled = varied(Networks.learning(conf));
    ComputationGraph own = varied(Networks.fresh(conf.clone()));
    Set<String> inside = new TreeSet<>(conf.getVertices().keySet());
    inside.removeAll(conf.getNetworkOutputs());
    Watcher ofCompiled = new Watcher(inside);
    Watcher ofOwn = new Watcher(inside);
    compiled.setListeners(ofCompiled);
    own.setListeners(ofOwn);
    step(compiled, 1, 4);
    step(own, 1, 4);
    assertThat(compiled.isCompiled()).isTrue();
    ofOwn.seen.forEach((name, value) -> assertClose(ofCompiled.seen.get(name), value, name));
  }

  /** A worker's network may be another task's next time. */
  @Test
  void anyThread_mayStep() throws InterruptedException {
    CompiledGraph here = varied(Networks.learning(conf("wide resnet")));
    CompiledGraph elsewhere = varied(Networks.learning(conf("wide resnet")));
    for (int seed = 1; seed <= 3; seed++) {
      int ofStep = seed;
      step(here, ofStep, 5);
      Thread other = new Thread(() -> step(elsewhere, ofStep, 5));
      other.start();
      other.join();
    }
    assertThat(elsewhere.isCompiled()).isTrue();
    assertThat(elsewhere.params()).isEqualTo(here.params());
  }

  @Test
  void whoeverWantsToSeeAll_sees() {
    CompiledGraph network = Networks.learning(conf("cnn"));
    int[] seen = new int[1];
    network.setListeners(
        new BaseTrainingListener() {
          @Override
          public void onForwardPass(Model model, Map<String, INDArray> activations) {
            seen[0] = activations.size();
          }
        });
    step(network, 1, 4);
    assertThat(network.isCompiled()).isFalse();
    assertThat(seen[0]).isGreaterThan(3);
    network.setListeners(new ScoreIterationListener(1));
    step(network, 1, 4);
    assertThat(network.isCompiled()).isTrue();
  }

  /** DL4J's loss layers destroy the buffers of theirs, which does nothing in this release. */
  @ParameterizedTest
  @CsvSource({"cnn, true", "cnn, false", "likelihood, true"})
  void labels_outliveTheStep(String kind, boolean compiled) {
    System.setProperty(CpuEngine.PROPERTY, String.valueOf(compiled));
    CompiledGraph network = Networks.learning(conf(kind));
    INDArray features = Fixtures.random(1, 4, 3, 16, 12).castTo(DataType.FLOAT);
    INDArray labels = Fixtures.labels(features, CLASSES);
    INDArray before = labels.dup();
    for (int step = 0; step < 2; step++) {
      network.fit(new INDArray[] {features}, new INDArray[] {labels});
    }
    assertThat(network.isCompiled()).isEqualTo(compiled);
    assertThat(labels).isEqualTo(before);
  }

  @Test
  void labelsOfOtherClasses_areRefused() {
    CompiledGraph network = Networks.learning(conf("cnn"));
    INDArray features = Fixtures.random(1, 4, 3, 16, 12).castTo(DataType.FLOAT);
    INDArray[] labels = {Fixtures.labels(features, CLASSES + 1)};
    assertThatThrownBy(() -> network.fit(new INDArray[] {features}, labels))
        .hasMessage("The labels have shape [4, 6], but the logits that they belong to [4, 5]");
  }

  @Test
  void probabilitiesTooSmallToTell_areClippedAsDl4jDoes() {
    ComputationGraphConfiguration conf = conf("mlp");
    CompiledGraph compiled = varied(Networks.learning(conf));
    ComputationGraph own = varied(Networks.fresh(conf.clone()));
    compiled.params().muli(50);
    own.params().muli(50);
    compute(own, 1, 16);
    compute(compiled, 1, 16);
    assertThat(compiled.isCompiled()).isTrue();
    assertThat(own.score()).isGreaterThan(10);
    assertThat(compiled.score()).isCloseTo(own.score(), within(1e-4 * own.score()));
  }

  /** Some losses read a value in some steps only. */
  @Test
  void heads_handOnWhatIsInjected() {
    ComputationGraphConfiguration conf = headed(conf("cnn"));
    CompiledGraph compiled = varied(Networks.learning(conf));
    ComputationGraph own = varied(Networks.fresh(conf.clone()));
    INDArray gradient = Fixtures.random(3, 16, 3, 16, 12).castTo(DataType.FLOAT);
    for (char order : new char[] {'c', '-', 'f'}) {
      for (ComputationGraph network : List.of(own, compiled)) {
        GradientHeadLayer head = (GradientHeadLayer) network.getLayer("head");
        head.inject(order == '-' ? null : gradient.dup(order));
        compute(network, 1, 16);
      }
      assertThat(compiled.isCompiled()).isTrue();
      assertClose(compiled.getFlattenedGradients(), own.getFlattenedGradients(), "order " + order);
      assertThat(compiled.score()).isCloseTo(own.score(), within(1e-5));
    }
  }

  private static ComputationGraphConfiguration headed(ComputationGraphConfiguration conf) {
    String loss = conf.getNetworkOutputs().get(0);
    NeuralNetConfiguration head =
        ((LayerVertex) conf.getVertices().get(loss)).getLayerConf().clone();
    head.setLayer(new GradientHead("head"));
    conf.getVertices().put("head", new LayerVertex(head, null));
    conf.getVertexInputs().put("head", List.of("backbone.layer0.conv"));
    conf.setNetworkOutputs(List.of("head", loss));
    conf.setTopologicalOrder(null);
    return conf;
  }

  @Test
  void badNumbers_areDl4jsToShow() {
    CompiledGraph network = Networks.learning(conf("cnn"));
    network.params().putScalar(3, Double.NaN);
    step(network, 1, 4);
    assertThat(network.isCompiled()).isFalse();
    assertThat(network.params().sumNumber().doubleValue()).isNaN();
  }

  @Test
  void switchedOff_runsAsDl4jDoes() {
    System.setProperty(CpuEngine.PROPERTY, "false");
    CompiledGraph network = Networks.learning(conf("cnn"));
    step(network, 1, 4);
    assertThat(network.isCompiled()).isFalse();
  }
}
