package io.limbeck.dl4j.training;

import static io.limbeck.dl4j.training.TrainedNetworks.CLASSES;
import static io.limbeck.dl4j.training.TrainedNetworks.assertClose;
import static io.limbeck.dl4j.training.TrainedNetworks.compute;
import static io.limbeck.dl4j.training.TrainedNetworks.conf;
import static io.limbeck.dl4j.training.TrainedNetworks.step;
import static io.limbeck.dl4j.training.TrainedNetworks.varied;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.limbeck.dl4j.engine.CpuEngine;
import io.limbeck.dl4j.graph.Fixtures;
import io.limbeck.dl4j.graph.Networks;
import io.limbeck.dl4j.head.GradientHead;
import io.limbeck.dl4j.head.GradientHeadLayer;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.graph.LayerVertex;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.transferlearning.TransferLearning;
import org.deeplearning4j.optimize.api.BaseTrainingListener;
import org.deeplearning4j.optimize.listeners.ScoreIterationListener;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** When steps are compiled, and who sees what of them. */
class CompiledGraphTest {
  @AfterEach
  void switchOn() {
    System.clearProperty(CpuEngine.PROPERTY);
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
