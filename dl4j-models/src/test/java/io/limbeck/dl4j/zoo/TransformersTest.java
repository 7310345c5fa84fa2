package io.limbeck.dl4j.zoo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import io.limbeck.core.config.ArchitectureConfig.DistilledVisionTransformer;
import io.limbeck.core.config.ArchitectureConfig.VisionTransformer;
import io.limbeck.core.config.RegNetArch;
import io.limbeck.core.config.ScheduleConfig;
import io.limbeck.core.config.TransformerArch;
import io.limbeck.dl4j.Goldens;
import io.limbeck.dl4j.graph.Fixtures;
import io.limbeck.dl4j.graph.LogitsForm;
import io.limbeck.dl4j.graph.Networks;
import io.limbeck.dl4j.graph.TrainingGraph;
import io.limbeck.dl4j.graph.TrainingOptions;
import io.limbeck.dl4j.graph.WholeGradients;
import java.util.List;
import java.util.Map;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

class TransformersTest {
  private static final Goldens GOLDENS = Goldens.of("/transformers.json");

  @ParameterizedTest
  @ValueSource(strings = {"DistilledVisionTransformer", "RegNetY", "RegNetX"})
  void outputsAndGradients_matchPyTorch(String kind) {
    JsonNode golden = GOLDENS.find("kind", kind);
    INDArray image = Goldens.array(golden.get("image"));
    Architectures zoo =
        new Architectures(
            InputType.convolutional(image.size(2), image.size(3), 3), 3, 1, DataType.DOUBLE);
    boolean transformer = kind.startsWith("Distilled");
    ComputationGraphConfiguration conf =
        transformer
            ? zoo.transformer(
                new TransformerArch.Size(6, 2, 3, 10),
                4,
                0,
                null,
                List.of("cls_token", "dist_token"))
            : zoo.regNet(new RegNetArch.Size(8, 6, 2, 8, 3, kind.endsWith("Y")), null);
    List<String> outputs =
        transformer ? List.of("head.layers.head", "head.layers.head_dist") : List.of("head.fc");

    WholeGradients trained = new WholeGradients(conf, outputs);
    Goldens.assign(trained.network(), "", Goldens.named(golden.get("parameters")));
    Map<String, INDArray> gradients = trained.of(image, Goldens.arrays(golden.get("seeds")));

    List<INDArray> expected = Goldens.arrays(golden.get("outputs"));
    for (int i = 0; i < outputs.size(); i++) {
      assertClose(outputs.get(i), trained.activation(outputs.get(i)), expected.get(i));
    }
    Map<String, INDArray> expectedGradients = Goldens.named(golden.get("gradients"));
    assertThat(expectedGradients).hasSizeGreaterThan(9);
    expectedGradients.forEach(
        (name, gradient) -> assertClose(name, gradients.get(name.replace('/', '_')), gradient));
  }

  private static void assertClose(String name, INDArray found, INDArray expected) {
    assertThat(found.length()).as(name).isEqualTo(expected.length());
    double difference =
        found.dup('c').ravel().sub(expected.dup('c').ravel()).amaxNumber().doubleValue();
    double size = Math.max(1, expected.amaxNumber().doubleValue());
    assertThat(difference / size).as(name).isCloseTo(0, within(1e-9));
  }

  /** The stock graph, as a user has it who loads the file, puts out what the trained one does. */
  @Test
  void stockGraph_putsOutTheSame() {
    JsonNode golden = GOLDENS.find("kind", "DistilledVisionTransformer");
    ComputationGraphConfiguration conf =
        new Architectures(InputType.convolutional(8, 8, 3), 3, 1, DataType.DOUBLE)
            .transformer(
                new TransformerArch.Size(6, 2, 3, 10),
                4,
                0,
                null,
                List.of("cls_token", "dist_token"));
    assertThat(conf.toJson()).doesNotContain("limbeck");
    ComputationGraph network =
        Networks.fresh(ComputationGraphConfiguration.fromJson(conf.toJson()));
    Goldens.assign(network, "", Goldens.named(golden.get("parameters")));
    INDArray probabilities = network.output(false, Goldens.array(golden.get("image")))[0];
    INDArray logits = Goldens.array(golden.get("outputs").get(0));
    assertClose("output", probabilities, Nd4j.nn().softmax(logits, 1));
  }

  /** What stays is scaled up for what was left out; without training nothing is. */
  @Test
  void dropPath_leavesOutBranchesOfWholeExamples() {
    ComputationGraph network =
        Networks.fresh(
            new Architectures(InputType.convolutional(8, 8, 3), 3, 1, DataType.DOUBLE)
                .transformer(
                    new TransformerArch.Size(6, 2, 3, 10), 4, 0.5, null, List.of("cls_token")));
    INDArray image = Fixtures.random(1, 40, 3, 8, 8);
    Nd4j.getRandom().setSeed(3);
    Map<String, INDArray> training = network.feedForward(image, true);
    INDArray branch = training.get("backbone.layers.1.ffn.layers.1");
    INDArray kept = training.get("backbone.layers.1.ffn.drop_path");
    int left = 0;
    for (int n = 0; n < 40; n++) {
      boolean dropped = kept.slice(n).amaxNumber().doubleValue() == 0;
      left += dropped ? 0 : 1;
      if (!dropped) {
        assertThat(kept.slice(n).sub(branch.slice(n).mul(2)).amaxNumber().doubleValue()).isZero();
      }
    }
    assertThat(left).isBetween(10, 30);
    assertThat(training).doesNotContainKey("backbone.layers.0.ffn.drop_path");
    Map<String, INDArray> testing = network.feedForward(image, false);
    assertThat(testing.get("backbone.layers.1.ffn.drop_path"))
        .isEqualTo(testing.get("backbone.layers.1.ffn.layers.1"));
  }

  /** The reference's {@code norm_decay_mult} and {@code custom_keys}. */
  @Test
  void tokensPositionsAndNormalisations_takeNoWeightDecay() {
    ScheduleConfig schedule =
        new ScheduleConfig(
            1,
            8,
            new ScheduleConfig.AdamW(0.001, 0.9, 0.999, 1e-8, 0.05),
            0,
            new ScheduleConfig.Constant(0));
    ComputationGraph network =
        TrainingGraph.supervised(
                LogitsForm.of(
                    new Architectures(InputType.convolutional(8, 8, 3), 3, 1, DataType.FLOAT)
                        .transformer(
                            new TransformerArch.Size(6, 1, 3, 10),
                            4,
                            0,
                            null,
                            List.of("cls_token", "dist_token"))),
                new TrainingOptions(schedule, 1, 1))
            .network();
    List<String> decaying =
        network.paramTable().keySet().stream()
            .filter(
                name -> {
                  String[] parts = name.split("_(?=[^_]+$)");
                  var regularization =
                      network
                          .getLayer(parts[0])
                          .conf()
                          .getLayer()
                          .getRegularizationByParam(parts[1]);
                  return regularization != null && !regularization.isEmpty();
                })
            .toList();
    assertThat(decaying)
        .containsExactlyInAnyOrder(
            "backbone.patch_embed.projection_W",
            "backbone.layers.0.attn.qkv_W",
            "backbone.layers.0.attn.proj_W",
            "backbone.layers.0.ffn.layers.0.0_W",
            "backbone.layers.0.ffn.layers.1_W",
            "head.layers.head_W",
            "head.layers.head_dist_W");
  }

  @Test
  void heads_startAtZero_soThatAllClassesAreAlike() {
    Architectures zoo = new Architectures(InputType.convolutional(32, 48, 3), 5, 1, DataType.FLOAT);
    for (ComputationGraphConfiguration conf :
        List.of(
            zoo.visionTransformer(new VisionTransformer(TransformerArch.DEIT_TINY, 16, 0.1, null)),
            zoo.distilledVisionTransformer(
                new DistilledVisionTransformer(TransformerArch.DEIT_TINY, 16, 0.1, null)))) {
      INDArray image = Fixtures.random(1, 2, 3, 32, 48).castTo(DataType.FLOAT);
      assertThat(Networks.fresh(conf).output(false, image)[0])
          .isEqualTo(Nd4j.valueArrayOf(new long[] {2, 5}, 0.2f, DataType.FLOAT));
    }
  }
}
