package io.limbeck.dl4j.graph;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.limbeck.core.delivery.DeliveryConfig;
import io.limbeck.core.distiller.Distiller;
import io.limbeck.core.distiller.DistillerConfig;
import io.limbeck.core.distiller.RecordReference;
import io.limbeck.core.error.UserException;
import io.limbeck.core.loss.Loss;
import io.limbeck.core.loss.Reduction;
import io.limbeck.core.loss.feature.L2Loss;
import io.limbeck.core.loss.logit.KLDivergence;
import io.limbeck.core.network.NetworkDescription;
import io.limbeck.core.network.Side;
import io.limbeck.core.recorder.ModuleOutputs;
import io.limbeck.core.recorder.Parameter;
import io.limbeck.dl4j.augment.BatchAugments;
import io.limbeck.dl4j.normalization.SteadyNormalization;
import io.limbeck.dl4j.normalization.SteadyNormalization.Statistics;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.LossLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.lossfunctions.LossFunctions;
import org.nd4j.linalg.ops.transforms.Transforms;

/** Several networks that learn in one graph. */
class JoinedGraphTest {
  private static final InputType INPUT = InputType.feedForward(4);
  private static final String KEY = "algorithm.distiller";
  private static final Loss KL = new KLDivergence(2, Reduction.BATCH_MEAN, 0.7, true, false);

  /** A classifier; its input is called as it wants. */
  private static ComputationGraphConfiguration network(
      int seed, int hidden, String input, DataType type) {
    return new NeuralNetConfiguration.Builder()
        .seed(seed)
        .dataType(type)
        .activation(Activation.TANH)
        .graphBuilder()
        .addInputs(input)
        .setInputTypes(INPUT)
        .addLayer("body", new DenseLayer.Builder().nOut(hidden).build(), input)
        .addLayer(
            "fc", new DenseLayer.Builder().nOut(3).activation(Activation.IDENTITY).build(), "body")
        .addLayer(
            "loss",
            new LossLayer.Builder(LossFunctions.LossFunction.MCXENT)
                .activation(Activation.SOFTMAX)
                .build(),
            "fc")
        .setOutputs("loss")
        .build();
  }

  private static Map<String, ComputationGraphConfiguration> peers(DataType type) {
    Map<String, ComputationGraphConfiguration> peers = new LinkedHashMap<>();
    peers.put("a", network(3, 5, "input", type));
    peers.put("b", network(4, 7, "pixels", type));
    return peers;
  }

  private static ComputationGraphConfiguration joined(DataType type) {
    ComputationGraphConfiguration joined = JoinedGraph.of(peers(type));
    JoinedGraph.addMean(joined, "ensemble");
    return joined;
  }

  private static TrainingOptions options(double ofA, double ofB) {
    return new TrainingOptions(
        Fixtures.sgd(0.3),
        1,
        List.of(new TaskLoss("a", ofA), new TaskLoss("b", ofB)),
        Learners.ALL,
        0);
  }

  /** Starts the joined networks with the weights of these. */
  private static void start(DistillationStep step, Map<String, ComputationGraph> networks) {
    networks.forEach(
        (name, network) ->
            network
                .paramTable()
                .forEach(
                    (parameter, value) -> {
                      String own = JoinedGraph.prefix(name) + parameter;
                      step.student().network().paramTable().get(own).assign(value);
                    }));
  }

  private static Map<String, INDArray> parametersOf(DistillationStep step, String name) {
    Map<String, INDArray> own = new LinkedHashMap<>();
    String prefix = JoinedGraph.prefix(name);
    step.student()
        .network()
        .paramTable()
        .forEach(
            (parameter, value) -> {
              if (parameter.startsWith(prefix)) {
                own.put(parameter.substring(prefix.length()), value);
              }
            });
    return own;
  }

  private static DistillationStep.Batch batch(DataType type) {
    INDArray features = Fixtures.random(1, 6, 4).castTo(type);
    return DistillationStep.Batch.of(features, Fixtures.labels(features, 3));
  }

  private static NetworkDescription described(DataType type) {
    return Describer.describe(Networks.fresh(joined(type)), INPUT);
  }

  private static DistillationStep step(DistillerConfig config, DataType type, TrainingOptions how) {
    NetworkDescription all = described(type);
    Distiller distiller = Distiller.ofItself(config, KEY, all);
    return DistillationStep.self(
        TrainingGraph.of(
            joined(type),
            StudentPlan.ofItself(distiller),
            new TrainingGraph.Surroundings(all, all, name -> null),
            how),
        distiller,
        new BatchAugments(List.of()));
  }

  /** A loss of each peer, on its logits and what a module of all puts out. */
  private static DistillerConfig losses(String teachesA, String teachesB) {
    return new DistillerConfig.ConfigurableDistiller(
        Map.of("a", new ModuleOutputs("a.fc"), "b", new ModuleOutputs("b.fc")),
        Map.of("of_a", new ModuleOutputs(teachesA), "of_b", new ModuleOutputs(teachesB)),
        Map.of("loss_a", KL, "loss_b", KL),
        Map.of(
            "loss_a",
            Map.of(
                "preds_S", RecordReference.of(Side.STUDENT, "a"),
                "preds_T", RecordReference.of(Side.TEACHER, "of_a")),
            "loss_b",
            Map.of(
                "preds_S", RecordReference.of(Side.STUDENT, "b"),
                "preds_T", RecordReference.of(Side.TEACHER, "of_b"))));
  }

  @ParameterizedTest
  @EnumSource(
      value = DataType.class,
      names = {"FLOAT", "DOUBLE"})
  void withoutDistillation_eachLearnsWhatItWouldAlone(DataType type) {
    DistillationStep together =
        DistillationStep.supervised(TrainingGraph.supervised(joined(type), options(1, 0.25)));
    Map<String, ComputationGraph> start = new LinkedHashMap<>();
    Map<String, DistillationStep> alone = new LinkedHashMap<>();
    peers(type)
        .forEach(
            (name, conf) -> {
              start.put(name, Networks.fresh(conf));
              DistillationStep own =
                  DistillationStep.supervised(
                      TrainingGraph.supervised(
                          conf,
                          new TrainingOptions(Fixtures.sgd(0.3), 1, name.equals("a") ? 1 : 0.25)));
              start(own, Map.of("", start.get(name)));
              alone.put(name, own);
            });
    start(together, start);
    // A product's last bits are those of where its weights lie.
    double precision = type == DataType.DOUBLE ? 1e-14 : 1e-6;
    for (int i = 0; i < 3; i++) {
      Map<String, Double> losses = together.run(batch(type));
      alone.forEach(
          (name, own) -> {
            Map<String, Double> ownLosses = own.run(batch(type));
            System.out.println("XX " + type + " " + name + " " + losses + " " + ownLosses);
            assertThat(losses.get(name + ".loss"))
                .isCloseTo(ownLosses.get("student.loss"), within(precision));
            parametersOf(own, "")
                .forEach(
                    (parameter, value) ->
                        assertThat(
                                parametersOf(together, name)
                                    .get(parameter)
                                    .equalsWithEps(value, precision))
                            .as(name + "." + parameter)
                            .isTrue());
          });
      assertThat(losses).containsOnlyKeys("a.loss", "b.loss");
    }
    assertThat(together.student().isCompiled()).isEqualTo(type == DataType.FLOAT);
  }

  /** What teaches takes no gradient: each peer learns as from a frozen copy of the other. */
  @Test
  void peersThatTeachEachOther_eachLearnAsFromAFrozenCopy() {
    DistillationStep together = step(losses("b.fc", "a.fc"), DataType.DOUBLE, options(1, 1));
    for (int i = 0; i < 3; i++) {
      Map<String, DistillationStep> taught = new LinkedHashMap<>();
      for (String name : List.of("a", "b")) {
        String other = name.equals("a") ? "b" : "a";
        ComputationGraph copy = Networks.fresh(peers(DataType.DOUBLE).get(other));
        parametersOf(together, other)
            .forEach((parameter, value) -> copy.paramTable().get(parameter).assign(value));
        DistillationStep own =
            Fixtures.step(
                oneLoss("fc"),
                peers(DataType.DOUBLE).get(name),
                copy,
                INPUT,
                new TrainingOptions(Fixtures.sgd(0.3), 1, 1));
        parametersOf(together, name)
            .forEach(
                (parameter, value) ->
                    own.student().network().paramTable().get(parameter).assign(value));
        taught.put(name, own);
      }
      Map<String, Double> losses = together.run(batch(DataType.DOUBLE));
      taught.forEach(
          (name, own) -> {
            Map<String, Double> ownLosses = own.run(batch(DataType.DOUBLE));
            assertThat(losses.get("distill.loss_" + name)).isEqualTo(ownLosses.get("distill.loss"));
            assertThat(losses.get(name + ".loss"))
                .isCloseTo(ownLosses.get("student.loss"), within(1e-12));
            assertThat(parametersOf(together, name)).isEqualTo(parametersOf(own, ""));
          });
    }
  }

  /** Between modules of that name. */
  private static DistillerConfig oneLoss(String module) {
    return oneLoss(module, KL, "preds_S", "preds_T");
  }

  private static DistillerConfig oneLoss(String module, Loss loss, String ofS, String ofT) {
    return new DistillerConfig.ConfigurableDistiller(
        Map.of("s", new ModuleOutputs(module)),
        Map.of("t", new ModuleOutputs(module)),
        Map.of("loss", loss),
        Map.of(
            "loss",
            Map.of(
                ofS, RecordReference.of(Side.STUDENT, "s"),
                ofT, RecordReference.of(Side.TEACHER, "t"))));
  }

  @Test
  void ensemble_isTheMeanOfTheLogits() {
    DistillationStep step = step(losses("ensemble", "ensemble"), DataType.DOUBLE, options(1, 1));
    ComputationGraph all = step.student().network();
    DistillationStep.Batch batch = batch(DataType.DOUBLE);
    Map<String, INDArray> outputs = all.feedForward(batch.features(), false);
    INDArray mean = outputs.get("a.fc").add(outputs.get("b.fc")).muli(0.5);
    Map<String, Double> losses = step.run(batch);
    assertThat(losses.get("distill.loss_a")).isCloseTo(kl(outputs.get("a.fc"), mean), within(1e-9));
    assertThat(losses.get("distill.loss_b")).isCloseTo(kl(outputs.get("b.fc"), mean), within(1e-9));
  }

  /** {@code 0.7 tau^2 KL(teacher || student)} with tau 2, mean over the examples. */
  private static double kl(INDArray student, INDArray teacher) {
    INDArray p = Transforms.softmax(teacher.mul(0.5));
    INDArray q = Transforms.softmax(student.mul(0.5));
    return 0.7 * 4 * p.mul(Transforms.log(p.div(q))).sumNumber().doubleValue() / student.size(0);
  }

  @Test
  void peer_withAnotherNameOfItsInput_isConnected() {
    ComputationGraphConfiguration joined = joined(DataType.DOUBLE);
    assertThat(joined.getNetworkInputs()).containsExactly("input");
    assertThat(joined.getVertexInputs().get("b.body")).containsExactly("input");
    assertThat(joined.getNetworkOutputs()).containsExactly("a.loss", "b.loss");
  }

  /** A student and a teacher that learns. */
  private static DistillationStep both(DistillerConfig config, double rate, double ofTeacher) {
    Map<String, ComputationGraphConfiguration> networks = new LinkedHashMap<>();
    ComputationGraphConfiguration student = network(3, 5, "input", DataType.DOUBLE);
    ComputationGraphConfiguration teacher = network(4, 5, "pixels", DataType.DOUBLE);
    networks.put("", student);
    networks.put("teacher", teacher);
    NetworkDescription ofStudent = Describer.describe(Networks.fresh(student), INPUT);
    NetworkDescription ofTeachers =
        Describer.describe(Networks.fresh(teacher), INPUT).scoped("teacher", "input");
    Distiller distiller = Distiller.ofBoth(config, KEY, ofStudent, ofTeachers);
    return DistillationStep.self(
        TrainingGraph.of(
            JoinedGraph.of(networks),
            StudentPlan.ofItself(distiller),
            new TrainingGraph.Surroundings(
                NetworkDescription.union(List.of(ofStudent, ofTeachers)), ofTeachers, name -> null),
            new TrainingOptions(
                Fixtures.sgd(rate),
                1,
                List.of(new TaskLoss("student", 0.5), new TaskLoss("teacher", ofTeacher)),
                Learners.ALL,
                0)),
        distiller,
        new BatchAugments(List.of()));
  }

  @Test
  void teacherThatLearns_takesTheGradientOfALossThatGivesItOne() {
    DistillationStep step =
        both(
            oneLoss("body", new L2Loss(1, false, 1, false, false), "s_feature", "t_feature"), 0, 1);
    INDArray features = Fixtures.random(1, 6, 4);
    assertThat(new StepGradients(step, features, Fixtures.labels(features, 3)).check(3))
        .contains("body/W", "fc/b", "teacher.body/W", "teacher.fc/b");
  }

  @Test
  void teacherThatLearns_recordedParameter_takesItsGradient() {
    DistillerConfig config =
        new DistillerConfig.ConfigurableDistiller(
            Map.of("s", new Parameter("body/W")),
            Map.of("t", new Parameter("body/W")),
            Map.of("loss", new L2Loss(1, false, 1, false, false)),
            Map.of(
                "loss",
                Map.of(
                    "s_feature", RecordReference.of(Side.STUDENT, "s"),
                    "t_feature", RecordReference.of(Side.TEACHER, "t"))));
    INDArray features = Fixtures.random(1, 6, 4);
    assertThat(
            new StepGradients(both(config, 0, 1), features, Fixtures.labels(features, 3)).check(3))
        .contains("body/W", "teacher.body/W");
  }

  /** KL divergence detaches its teacher, as the reference's does by default. */
  @Test
  void teacherThatLearns_fromLabelsAlone_isWhatItWouldBeWithoutAStudent() {
    DistillationStep step = both(oneLoss("fc"), 0.3, 1);
    DistillationStep alone =
        DistillationStep.supervised(
            TrainingGraph.supervised(
                network(4, 5, "pixels", DataType.DOUBLE),
                new TrainingOptions(Fixtures.sgd(0.3), 1, 1)));
    parametersOf(step, "teacher")
        .forEach((name, value) -> alone.student().network().paramTable().get(name).assign(value));
    for (int i = 0; i < 2; i++) {
      Map<String, Double> losses = step.run(batch(DataType.DOUBLE));
      assertThat(losses).containsOnlyKeys("distill.loss", "student.loss", "teacher.loss");
      assertThat(losses.get("teacher.loss"))
          .isCloseTo(alone.run(batch(DataType.DOUBLE)).get("student.loss"), within(1e-12));
      assertThat(parametersOf(step, "teacher")).isEqualTo(parametersOf(alone, ""));
    }
  }

  @Test
  void teacherThatLearns_unknownSource_isNamedAsTheTeacherHasIt() {
    DistillerConfig config =
        new DistillerConfig.ConfigurableDistiller(
            Map.of("s", new ModuleOutputs("body")),
            Map.of("t", new ModuleOutputs("bodi")),
            Map.of("loss", KL),
            Map.of());
    assertThatThrownBy(() -> both(config, 0, 1))
        .isInstanceOf(UserException.class)
        .hasMessage(
            "'algorithm.distiller.teacher_recorders.t.source' is \"bodi\", which is not in the model, did you mean"
                + " 'body'? (known: body, fc)");
  }

  @Test
  void teacherThatLearns_deliversNothing() {
    DistillerConfig config =
        new DistillerConfig.ConfigurableDistiller(
            Map.of("s", new ModuleOutputs("fc")),
            Map.of("t", new ModuleOutputs("fc")),
            Map.of("body", new DeliveryConfig.ModuleOutputs("body", null)),
            Map.of(),
            Map.of("loss", KL),
            Map.of(
                "loss",
                Map.of(
                    "preds_S", RecordReference.of(Side.STUDENT, "s"),
                    "preds_T", RecordReference.of(Side.TEACHER, "t"))),
            Map.of());
    assertThatThrownBy(() -> both(config, 0, 1))
        .isInstanceOf(UserException.class)
        .hasMessage(
            "'algorithm.distiller.distill_deliveries.body' has nothing to deliver: a teacher that learns runs in one pass"
                + " with the student");
  }

  /** The running statistics of a BatchNorm that keeps them are as in inference, and learn not. */
  @Test
  void steadyNormalization_gradientMatchesDifferences() {
    InputType input = InputType.convolutional(4, 6, 2);
    ComputationGraphConfiguration conf = TinyNetworks.of(3, 3, input);
    SteadyNormalization.replaceAll(conf, Statistics.RUNNING);
    DistillationStep step =
        DistillationStep.supervised(
            TrainingGraph.supervised(conf, new TrainingOptions(Fixtures.sgd(0), 1, 1)));
    Map<String, INDArray> parameters = step.student().network().paramTable();
    parameters.get("bn_mean").assign(Fixtures.random(5, 1, 3));
    parameters.get("bn_gamma").assign(Fixtures.random(6, 1, 3));
    INDArray features = Fixtures.random(1, 5, 2, 4, 6);
    assertThat(
            new StepGradients(step, features, Fixtures.labels(features, 3))
                .check(
                    3, name -> !name.startsWith("bn/mean") && !name.matches("bn/(var|log10stdev)")))
        .contains("body/W", "bn/gamma", "bn/beta", "fc/W");
  }
}
