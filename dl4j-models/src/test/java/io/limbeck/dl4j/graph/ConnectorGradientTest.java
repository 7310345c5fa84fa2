package io.limbeck.dl4j.graph;

import static org.assertj.core.api.Assertions.assertThat;

import io.limbeck.core.connector.Connector;
import io.limbeck.core.connector.ConnectorChain;
import io.limbeck.core.distiller.DistillerConfig;
import io.limbeck.core.distiller.RecordReference;
import io.limbeck.core.loss.Loss;
import io.limbeck.core.loss.Reduction;
import io.limbeck.core.loss.feature.ATLoss;
import io.limbeck.core.loss.feature.FBKDLoss;
import io.limbeck.core.loss.feature.FTLoss;
import io.limbeck.core.loss.feature.HCLLoss;
import io.limbeck.core.loss.feature.L2Loss;
import io.limbeck.core.loss.feature.MGDLoss;
import io.limbeck.core.loss.feature.OFDLoss;
import io.limbeck.core.loss.feature.VIDLoss;
import io.limbeck.core.loss.logit.KLDivergence;
import io.limbeck.core.network.Side;
import io.limbeck.core.recorder.ModuleOutputs;
import io.limbeck.core.recorder.Parameter;
import io.limbeck.core.recorder.Recorder;
import io.limbeck.dl4j.connector.ABFConnector;
import io.limbeck.dl4j.connector.ActivationConfig;
import io.limbeck.dl4j.connector.BYOTConnector;
import io.limbeck.dl4j.connector.CRDConnector;
import io.limbeck.dl4j.connector.ConvModuleConnector;
import io.limbeck.dl4j.connector.FBKDStudentConnector;
import io.limbeck.dl4j.connector.FBKDTeacherConnector;
import io.limbeck.dl4j.connector.MGDConnector;
import io.limbeck.dl4j.connector.NormConfig;
import io.limbeck.dl4j.connector.NormConnector;
import io.limbeck.dl4j.connector.OFDTeacherConnector;
import io.limbeck.dl4j.connector.Paraphraser;
import io.limbeck.dl4j.connector.TorchFunctionalConnector;
import io.limbeck.dl4j.connector.TorchNNConnector;
import io.limbeck.dl4j.connector.Translator;
import io.limbeck.dl4j.connector.VIDConnector;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The gradients of steps with each connector, for its own parameters and through it for the
 * student's, against differences of the loss.
 */
class ConnectorGradientTest {
  private static final NormConfig.BN BN = new NormConfig.BN(1e-5, 0.1, true, true);
  private static final NormConfig.BN PLAIN = new NormConfig.BN(1e-5, 0.1, false, false);
  private static final L2Loss L2 = new L2Loss(1, false, 1, true, false);

  /** One loss between a value of each network, each through connectors or as it is. */
  private record Case(
      String name, Loss loss, String tap, List<Connector> student, List<Connector> teacher) {
    @Override
    public String toString() {
      return name;
    }
  }

  /** Student channels 2 and 4, teacher channels 4 and 8 at {@code body} and {@code deep}. */
  private static List<Case> cases(int s, int t) {
    List<Case> cases = new ArrayList<>();
    cases.add(
        new Case(
            "conv", L2, "body", List.of(conv(s, t, null, new ActivationConfig.Tanh())), List.of()));
    cases.add(
        new Case(
            "conv, norm",
            L2,
            "body",
            List.of(conv(s, t, BN, new ActivationConfig.None())),
            List.of()));
    cases.add(
        new Case(
            "norm, act, conv",
            L2,
            "body",
            List.of(
                new ConvModuleConnector(
                    s,
                    t,
                    3,
                    1,
                    1,
                    1,
                    1,
                    ConvModuleConnector.Bias.YES,
                    BN,
                    new ActivationConfig.Sigmoid(),
                    ConvModuleConnector.PaddingMode.ZEROS,
                    List.of(
                        ConvModuleConnector.Part.NORM,
                        ConvModuleConnector.Part.ACT,
                        ConvModuleConnector.Part.CONV))),
            List.of()));
    List<ActivationConfig> smooth =
        List.of(
            new ActivationConfig.Mish(),
            new ActivationConfig.SiLU(),
            new ActivationConfig.ELU(),
            new ActivationConfig.Tanh());
    for (ConvModuleConnector.PaddingMode mode : ConvModuleConnector.PaddingMode.values()) {
      cases.add(
          new Case(
              "groups, padding " + mode,
              L2,
              "body",
              List.of(
                  new ConvModuleConnector(
                      s,
                      t,
                      3,
                      1,
                      1,
                      1,
                      s == 1 ? 1 : 2,
                      ConvModuleConnector.Bias.AUTO,
                      null,
                      smooth.get(mode.ordinal()),
                      mode,
                      List.of(ConvModuleConnector.Part.values()))),
              List.of()));
    }
    cases.add(
        new Case(
            "list",
            L2,
            "body",
            List.of(
                conv(s, t, null, new ActivationConfig.LeakyReLU(0.1)),
                new NormConnector(t, PLAIN),
                functional("avg_pool2d", Map.of("kernel_size", 2, "stride", 1))),
            List.of(functional("max_pool2d", Map.of("kernel_size", 2, "stride", 1)))));
    cases.add(
        new Case(
            "plain norms",
            new ATLoss(10),
            "body",
            List.of(new NormConnector(s, PLAIN)),
            List.of(new NormConnector(t, PLAIN))));
    cases.add(
        new Case("norm", new ATLoss(10), "body", List.of(new NormConnector(s, BN)), List.of()));
    cases.add(
        new Case(
            "factor transfer",
            new FTLoss(10),
            "body",
            List.of(new Translator(s, 3, true)),
            List.of(conv(t, 3, null, new ActivationConfig.None()))));
    cases.add(
        new Case(
            "mgd",
            new MGDLoss(0.1),
            "body",
            List.of(new MGDConnector(s, t, 0.5, false)),
            List.of()));
    cases.add(
        new Case(
            "mgd channels",
            new MGDLoss(0.1),
            "body",
            List.of(new MGDConnector(s, t, 0.5, true)),
            List.of()));
    cases.add(
        new Case(
            "ofd",
            new OFDLoss(1, 10),
            "bn",
            List.of(conv(s, t, BN, new ActivationConfig.None())),
            List.of(new OFDTeacherConnector())));
    cases.add(
        new Case(
            "vid", new VIDLoss(1, 5, 1e-5), "body", List.of(new VIDConnector(s, 3, t)), List.of()));
    for (String pool : List.of("adaptive_avg_pool2d", "adaptive_max_pool2d")) {
      cases.add(
          new Case(
              pool,
              new ATLoss(10),
              "body",
              List.of(functional(pool, Map.of("output_size", List.of(2, 1)))),
              List.of(functional(pool, Map.of("output_size", List.of(2, 1))))));
    }
    for (String mode : List.of("nearest", "bilinear")) {
      cases.add(
          new Case(
              "interpolate " + mode,
              new ATLoss(10),
              "body",
              List.of(functional("interpolate", Map.of("size", List.of(3, 7), "mode", mode))),
              List.of(functional("interpolate", Map.of("size", List.of(3, 7), "mode", mode)))));
    }
    cases.add(
        new Case(
            "normalize, softmax",
            new ATLoss(10),
            "body",
            List.of(
                functional("normalize", Map.of("dim", -1)),
                functional("softmax", Map.of("dim", 2))),
            List.of(functional("normalize", Map.of("p", 1)))));
    cases.add(
        new Case(
            "dropout",
            new ATLoss(10),
            "body",
            List.of(functional("relu", Map.of()), functional("dropout", Map.of("p", 0.3))),
            List.of()));
    cases.add(
        new Case(
            "torch layers",
            L2,
            "gap",
            List.of(
                layer("Linear", Map.of("in_features", 2 * s, "out_features", 2 * t)),
                layer("Softmax", Map.of("dim", 1))),
            List.of()));
    cases.add(
        new Case(
            "torch convolution",
            L2,
            "body",
            List.of(
                layer(
                    "Conv2d",
                    Map.of(
                        "in_channels",
                        s,
                        "out_channels",
                        t,
                        "kernel_size",
                        3,
                        "padding",
                        1,
                        "bias",
                        false)),
                layer("BatchNorm2d", Map.of("num_features", t)),
                layer("AvgPool2d", Map.of("kernel_size", 2))),
            List.of(layer("MaxPool2d", Map.of("kernel_size", 2)))));
    return cases;
  }

  private static ConvModuleConnector conv(
      int in, int out, NormConfig norm, ActivationConfig activation) {
    return new ConvModuleConnector(in, out, norm, activation);
  }

  private static Connector functional(String name, Map<String, Object> arguments) {
    return new TorchFunctionalConnector(
        TorchFunctionalConnector.Name.valueOf(name.toUpperCase(java.util.Locale.ROOT)), arguments);
  }

  private static Connector layer(String name, Map<String, Object> arguments) {
    for (TorchNNConnector.Name each : TorchNNConnector.Name.values()) {
      try {
        if (TorchNNConnector.Name.class
            .getField(each.name())
            .getAnnotation(com.fasterxml.jackson.annotation.JsonProperty.class)
            .value()
            .equals(name)) {
          return new TorchNNConnector(each, arguments);
        }
      } catch (NoSuchFieldException e) {
        throw new IllegalStateException(e);
      }
    }
    throw new IllegalArgumentException(name);
  }

  static Stream<Arguments> casesAndShapes() {
    List<Arguments> all = new ArrayList<>();
    for (long[] shape : List.of(new long[] {3, 2, 4, 5}, new long[] {2, 1, 2, 3})) {
      int channels = (int) shape[1];
      for (Case each : cases(channels, 2 * channels)) {
        all.add(Arguments.of(each, shape));
      }
    }
    for (Case each : cases(2, 4)) {
      if (!each.name.contains("norm")
          && !each.name.contains("torch")
          && !each.name.contains("ofd")
          && !each.name.contains("factor")) {
        all.add(Arguments.of(each, new long[] {1, 2, 4, 2}));
      }
    }
    return all.stream();
  }

  private static StepGradients gradients(
      Map<String, Recorder> studentRecorders,
      Map<String, Recorder> teacherRecorders,
      Map<String, ConnectorChain> connectors,
      Map<String, Loss> losses,
      Map<String, Map<String, RecordReference>> mappings,
      boolean studentTrains,
      long... shape) {
    InputType input = InputType.convolutional(shape[2], shape[3], 2);
    ComputationGraph teacher = Networks.fresh(TinyNetworks.of(5, (int) (2 * shape[1]), input));
    // BatchNorm of a teacher that has seen something: offsets and scales of its own.
    teacher.getLayer("bn").getParam("beta").assign(Fixtures.random(9, 1, 2 * shape[1]));
    teacher.getLayer("bn").getParam("gamma").assign(Fixtures.random(8, 1, 2 * shape[1]));
    DistillationStep step =
        Fixtures.step(
            new DistillerConfig.ConfigurableDistiller(
                studentRecorders,
                teacherRecorders,
                Map.of(),
                connectors,
                losses,
                mappings,
                Map.of()),
            TinyNetworks.of(3, (int) shape[1], input),
            teacher,
            input,
            new TrainingOptions(
                Fixtures.sgd(0), 1, studentTrains ? 0.5 : 0, Learners.of(studentTrains), 4));
    INDArray features = Fixtures.random(1, shape[0], 2, shape[2], shape[3]);
    return new StepGradients(step, features, Fixtures.labels(features, 3));
  }

  @ParameterizedTest(name = "{0} {1}")
  @MethodSource("casesAndShapes")
  void gradient_matchesDifferences(Case each, long[] shape) {
    Map<String, ConnectorChain> connectors = new LinkedHashMap<>();
    RecordReference student = RecordReference.of(Side.STUDENT, "tap");
    RecordReference teacher = RecordReference.of(Side.TEACHER, "tap");
    if (!each.student.isEmpty()) {
      connectors.put("s_connector", new ConnectorChain(each.student));
      student = student.through("s_connector");
    }
    if (!each.teacher.isEmpty()) {
      connectors.put("t_connector", new ConnectorChain(each.teacher));
      teacher = teacher.through("t_connector");
    }
    List<String> arguments =
        each.loss.arguments().stream().map(argument -> argument.name()).toList();
    List<String> checked =
        gradients(
                Map.of("tap", new ModuleOutputs(each.tap)),
                Map.of("tap", new ModuleOutputs(each.tap)),
                connectors,
                Map.of("loss", each.loss),
                Map.of("loss", Map.of(arguments.get(0), student, arguments.get(1), teacher)),
                true,
                shape)
            .check(2);
    assertThat(checked).contains("body/W", "fc/W");
    boolean trainable = connectors.values().stream().anyMatch(ConnectorChain::trainable);
    assertThat(checked.stream().anyMatch(name -> name.startsWith("connectors.")))
        .isEqualTo(trainable);
  }

  @Test
  void fbkd() {
    FBKDStudentConnector student = new FBKDStudentConnector(2, 2, true, 1, false, 0.5, 0.5);
    FBKDTeacherConnector teacher = new FBKDTeacherConnector(4, 2, false, 2, false, 0.5, 0.5);
    List<String> checked =
        gradients(
                Map.of("body", new ModuleOutputs("body")),
                Map.of("body", new ModuleOutputs("body")),
                Map.of(
                    "s",
                    new ConnectorChain(
                        List.of(
                            conv(2, 4, null, new ActivationConfig.None()),
                            new FBKDStudentConnector(4, 2, true, 1, false, 0.5, 0.5))),
                    "t",
                    ConnectorChain.of(teacher)),
                // The masks take no gradient, so that differences of a loss with them tell another.
                Map.of("loss", new FBKDLoss(0, 0.4, 0.3, 0.7, 1)),
                Map.of(
                    "loss",
                    Map.of(
                        "s_input", RecordReference.of(Side.STUDENT, "body").through("s"),
                        "t_input", RecordReference.of(Side.TEACHER, "body").through("t"))),
                true,
                3,
                2,
                4,
                6)
            .check(2);
    assertThat(checked).contains("connectors.t.non_local.g/W", "connectors.s.1.adapt/W");
    assertThat(student.outputs(List.of(List.of(2L, 4L, 6L))))
        .containsExactly(
            List.of(1L, 4L, 6L),
            List.of(2L, 1L, 1L),
            List.of(2L),
            List.of(1L, 4L, 6L),
            List.of(2L, 4L, 6L),
            List.of(2L, 4L, 6L));
  }

  /** One early exit named by three mappings is built once and runs once. */
  @Test
  void byot_featureAndLogits() {
    RecordReference exit = RecordReference.of(Side.STUDENT, "body").through("exit");
    RecordReference logits = new RecordReference("body", true, 0, null, "exit", 1);
    RecordReference feature = new RecordReference("body", true, 0, null, "exit", 0);
    List<String> checked =
        gradients(
                Map.of("body", new ModuleOutputs("body")),
                Map.of("fc", new ModuleOutputs("fc"), "gap", new ModuleOutputs("gap")),
                Map.of("exit", ConnectorChain.of(new BYOTConnector(1, 4, 3, 2, 1, 3, 2))),
                Map.of(
                    "loss_kl",
                    new KLDivergence(3, Reduction.BATCH_MEAN, 1, true, false),
                    "loss_l2",
                    L2),
                Map.of(
                    "loss_kl",
                    Map.of("preds_S", logits, "preds_T", RecordReference.of(Side.TEACHER, "fc")),
                    "loss_l2",
                    Map.of(
                        "s_feature",
                        feature,
                        "t_feature",
                        RecordReference.of(Side.TEACHER, "gap"))),
                true,
                3,
                2,
                4,
                4)
            .check(2);
    assertThat(exit.connectorIdx()).isNull();
    assertThat(checked).contains("connectors.exit.fc/W", "connectors.exit.scala.1.dw0/W");
  }

  @Test
  void reviewKd_chainOfFusions() {
    List<String> checked =
        gradients(
                Map.of("body", new ModuleOutputs("body"), "deep", new ModuleOutputs("deep")),
                Map.of("body", new ModuleOutputs("body"), "deep", new ModuleOutputs("deep")),
                Map.of(
                    "abf0", ConnectorChain.of(new ABFConnector(2, 3, 4, "abf1")),
                    "abf1", ConnectorChain.of(new ABFConnector(4, 3, 8, null))),
                Map.of("loss0", new HCLLoss(1), "loss1", new HCLLoss(1)),
                Map.of(
                    "loss0",
                    Map.of(
                        "s_feature",
                        new RecordReference("body", true, 0, null, "abf0", 0),
                        "t_feature",
                        RecordReference.of(Side.TEACHER, "body")),
                    "loss1",
                    Map.of(
                        "s_feature",
                        new RecordReference("deep", true, 0, null, "abf1", 0),
                        "t_feature",
                        RecordReference.of(Side.TEACHER, "deep"))),
                true,
                3,
                2,
                6,
                4)
            .check(2);
    assertThat(checked).contains("connectors.abf0.attention.conv/W", "connectors.abf1.conv1/W");
  }

  /** The paraphraser learns from the teacher alone; the student stays where it is. */
  @Test
  void paraphraser_pretraining_studentFrozen() {
    StepGradients gradients =
        gradients(
            Map.of(),
            Map.of("body", new ModuleOutputs("body")),
            Map.of("t", ConnectorChain.of(new Paraphraser(4, 3, Paraphraser.Phase.PRETRAIN, true))),
            Map.of("loss", L2),
            Map.of(
                "loss",
                Map.of(
                    "s_feature", RecordReference.of(Side.TEACHER, "body").through("t"),
                    "t_feature", RecordReference.of(Side.TEACHER, "body"))),
            false,
            3,
            2,
            4,
            4);
    assertThat(gradients.check(2)).contains("connectors.t.decoder.2.conv/W");
  }

  @Test
  void crd_embeddings() {
    List<String> checked =
        gradients(
                Map.of("gap", new ModuleOutputs("gap")),
                Map.of("gap", new ModuleOutputs("gap")),
                Map.of(
                    "s", ConnectorChain.of(new CRDConnector(4, 3)),
                    "t", ConnectorChain.of(new CRDConnector(8, 3))),
                Map.of("loss", new L2Loss(1, false, 1, false, false)),
                Map.of(
                    "loss",
                    Map.of(
                        "s_feature", RecordReference.of(Side.STUDENT, "gap").through("s"),
                        "t_feature", RecordReference.of(Side.TEACHER, "gap").through("t"))),
                true,
                4,
                2,
                4,
                4)
            .check(2);
    assertThat(checked).contains("connectors.s.linear/W", "connectors.t.linear/b");
  }

  /** A loss between weights themselves. */
  @Test
  void parameters_compared() {
    List<String> checked =
        gradients(
                Map.of("w", new Parameter("fc/b")),
                Map.of("w", new Parameter("fc/b")),
                Map.of(),
                Map.of("loss", L2),
                Map.of(
                    "loss",
                    Map.of(
                        "s_feature", RecordReference.of(Side.STUDENT, "w"),
                        "t_feature", RecordReference.of(Side.TEACHER, "w"))),
                true,
                4,
                2,
                4,
                4)
            .check(2);
    assertThat(checked).contains("fc/b");
  }
}
