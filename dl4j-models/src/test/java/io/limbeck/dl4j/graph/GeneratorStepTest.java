package io.limbeck.dl4j.graph;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.limbeck.core.config.GeneratorConfig;
import io.limbeck.core.connector.ConnectorChain;
import io.limbeck.core.delivery.DeliveryConfig;
import io.limbeck.core.distiller.Distiller;
import io.limbeck.core.distiller.DistillerConfig;
import io.limbeck.core.distiller.RecordReference;
import io.limbeck.core.error.UserException;
import io.limbeck.core.loss.Loss;
import io.limbeck.core.loss.Reduction;
import io.limbeck.core.loss.datafree.ActivationLoss;
import io.limbeck.core.loss.datafree.InformationEntropyLoss;
import io.limbeck.core.loss.datafree.OnehotLikeLoss;
import io.limbeck.core.loss.feature.L1Loss;
import io.limbeck.core.loss.logit.KLDivergence;
import io.limbeck.core.network.NetworkDescription;
import io.limbeck.core.network.Side;
import io.limbeck.core.recorder.ModuleOutputs;
import io.limbeck.dl4j.augment.BatchAugments;
import io.limbeck.dl4j.connector.ActivationConfig;
import io.limbeck.dl4j.connector.ConvModuleConnector;
import io.limbeck.dl4j.zoo.Generators;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** A generator learns through a student and a teacher that do not. */
class GeneratorStepTest {
  private static final InputType INPUT = InputType.convolutional(8, 8, 2);
  private static final int LATENT = 3;
  private static final String KEY = "algorithm.generator_distiller";
  private static final GeneratorConfig GENERATOR =
      new GeneratorConfig.DaflGenerator(8, LATENT, 4, 2, 0.8, 0.2);

  private final ComputationGraphConfiguration student = TinyNetworks.of(5, 2, INPUT);
  private final ComputationGraph teacher = Networks.fresh(TinyNetworks.of(7, 3, INPUT));
  private final NetworkDescription ofStudent = Describer.describe(Networks.fresh(student), INPUT);
  private final NetworkDescription ofTeacher = Describer.describe(teacher, INPUT).named("t");

  GeneratorStepTest() {
    // A BatchNorm that has seen something.
    teacher.getLayer("bn").getParam("beta").assign(Fixtures.random(9, 1, 3));
    teacher.getLayer("bn").getParam("gamma").assign(Fixtures.random(8, 1, 3));
    teacher.getLayer("bn").getParam("mean").assign(Fixtures.random(6, 1, 3));
    teacher.getLayer("bn").getParam("log10stdev").assign(Fixtures.random(4, 1, 3).muli(0.2));
  }

  private TeacherGraph running(List<String> taps) {
    ComputationGraph network =
        Networks.fresh(TeacherGraph.truncate(teacher.getConfiguration(), taps));
    network.paramTable().forEach((name, value) -> value.assign(teacher.paramTable().get(name)));
    return new TeacherGraph(network, taps, java.util.Optional.empty());
  }

  private static RecordReference student(String recorder) {
    return RecordReference.of(Side.STUDENT, recorder);
  }

  private static RecordReference teacher(String recorder) {
    return RecordReference.of(Side.TEACHER, recorder);
  }

  private static DistillerConfig config(
      Map<String, Loss> losses, Map<String, Map<String, RecordReference>> mappings) {
    return config(Map.of(), Map.of(), losses, mappings);
  }

  private static DistillerConfig config(
      Map<String, DeliveryConfig> deliveries,
      Map<String, ConnectorChain> connectors,
      Map<String, Loss> losses,
      Map<String, Map<String, RecordReference>> mappings) {
    return new DistillerConfig.ConfigurableDistiller(
        Map.of("fc", new ModuleOutputs("fc"), "deep", new ModuleOutputs("deep")),
        Map.of("t_fc", new ModuleOutputs("t.fc"), "t_gap", new ModuleOutputs("t.gap")),
        deliveries,
        connectors,
        losses,
        mappings,
        Map.of());
  }

  /** Those of DAFL and ZSKT together. */
  private static DistillerConfig generatorLosses() {
    return config(
        Map.of(
            "loss_kl",
            new KLDivergence(1, Reduction.MEAN, -2, false, false),
            "loss_oh",
            new OnehotLikeLoss(0.05),
            "loss_ie",
            new InformationEntropyLoss(5),
            "loss_ac",
            new ActivationLoss(0.01, ActivationLoss.NormType.ABS)),
        Map.of(
            "loss_kl",
            Map.of("preds_S", student("fc"), "preds_T", teacher("t_fc")),
            "loss_oh",
            Map.of("preds_T", teacher("t_fc")),
            "loss_ie",
            Map.of("preds_T", teacher("t_fc")),
            "loss_ac",
            Map.of("feat_T", teacher("t_gap"))));
  }

  private GeneratorStep generator(DistillerConfig config, double rate) {
    Distiller distiller = Distiller.ofGenerator(config, KEY, ofStudent, ofTeacher);
    return GeneratorStep.of(
        Generators.of(GENERATOR, 2, 1, DataType.DOUBLE),
        student,
        Map.of("t", running(List.of("gap", "fc"))),
        distiller,
        NetworkDescription.union(List.of(ofStudent, ofTeacher)),
        new TrainingOptions(Fixtures.sgd(rate), 1, 0, Learners.GENERATOR, 1));
  }

  @Test
  void gradient_goesThroughBothNetworks_toTheGeneratorAlone() {
    GeneratorStep generator = generator(generatorLosses(), 0);
    List<String> checked =
        new StepGradients(generator.step(), Fixtures.random(1, 6, LATENT), null)
            .check(3, name -> name.startsWith(GeneratorConfig.PREFIX));
    assertThat(checked).contains("generator.l1/W", "generator.conv3/W", "generator.bn1/gamma");
    assertThat(generator.joined().paramTable()).containsKeys("body_W", "t.deep_W");
  }

  /** What the teacher says there is what it says alone, BatchNorm and all. */
  @Test
  void teacher_isAsInInference() {
    GeneratorStep generator = generator(generatorLosses(), 0);
    INDArray noise = Fixtures.random(1, 4, LATENT);
    INDArray images = generator.images(noise);
    INDArray alone = teacher.feedForward(images, false).get("fc");
    INDArray joined = generator.joined().feedForward(noise, true).get("t.fc");
    assertThat(joined.sub(alone).amaxNumber().doubleValue()).isCloseTo(0, within(1e-12));
  }

  @Test
  void step_movesTheGeneratorAlone() {
    GeneratorStep generator = generator(generatorLosses(), 0.1);
    ComputationGraph learning = Networks.fresh(student);
    learning.params().addi(0.01);
    INDArray before = learning.params().dup();
    INDArray noise = Fixtures.random(1, 4, LATENT);
    INDArray images = generator.images(noise).dup();
    INDArray teacherBefore = generator.joined().getLayer("t.deep").getParam("W").dup();

    Map<String, Double> losses = generator.run(noise, learning, 0);

    assertThat(losses.keySet())
        .containsExactlyInAnyOrder(
            "generator.loss_kl", "generator.loss_oh", "generator.loss_ie", "generator.loss_ac");
    assertThat(learning.params()).isEqualTo(before);
    assertThat(generator.joined().getLayer("body").getParam("W"))
        .isEqualTo(learning.getLayer("body").getParam("W"));
    assertThat(generator.joined().getLayer("t.deep").getParam("W")).isEqualTo(teacherBefore);
    assertThat(generator.images(noise)).isNotEqualTo(images);
  }

  private static final DistillerConfig OF_STUDENT =
      config(
          Map.of("loss_l1", new L1Loss(1, Reduction.MEAN)),
          Map.of("loss_l1", Map.of("s_feature", student("fc"), "t_feature", teacher("t_fc"))));

  private DistillationStep studentStep(TrainingOptions options) {
    Distiller distiller = new Distiller(OF_STUDENT, "distiller", ofStudent, ofTeacher);
    return new DistillationStep(
        TrainingGraph.of(
            student,
            StudentPlan.of(distiller),
            new TrainingGraph.Surroundings(ofStudent, ofTeacher, name -> null),
            options),
        new TeacherEnsemble("input", Map.of("t", running(List.of("fc")))),
        ConnectorGraph.of(List.of(), ofTeacher::shapeOf, name -> null, DataType.DOUBLE),
        distiller,
        new BatchAugments(List.of()));
  }

  /** The reference leaves the generator's gradients on the student; here nothing is left. */
  @Test
  void student_learnsAsIfTheGeneratorHadNot() {
    TrainingOptions options = new TrainingOptions(Fixtures.sgd(0.1), 1, 0);
    DataFreeStep both =
        new DataFreeStep(
            studentStep(options),
            generator(
                config(
                    Map.of("loss_l1", new L1Loss(-1, Reduction.MEAN)),
                    Map.of(
                        "loss_l1",
                        Map.of("s_feature", student("fc"), "t_feature", teacher("t_fc")))),
                0),
            LATENT,
            new DataFreeStep.Plan(DataFreeStep.Order.GENERATOR_FIRST, 1));
    DistillationStep alone = studentStep(options);
    for (int i = 0; i < 3; i++) {
      Nd4j.getRandom().setSeed(10 + i);
      Map<String, Double> losses = both.run(4, 0);
      assertThat(losses.keySet()).containsExactlyInAnyOrder("distill.loss_l1", "generator.loss_l1");
      Nd4j.getRandom().setSeed(10 + i);
      // What the generator's part draws: its noise, and a seed for its losses.
      Nd4j.randn(DataType.DOUBLE, 4, LATENT);
      Nd4j.getRandom().nextLong();
      INDArray images = both.generator().images(Nd4j.randn(DataType.DOUBLE, 4, LATENT));
      alone.run(DistillationStep.Batch.of(images, null));
      assertThat(both.student().student().network().params())
          .isEqualTo(alone.student().network().params());
    }
  }

  @Test
  void together_theSameImagesTeachBoth() {
    List<Map<String, Double>> losses = new ArrayList<>();
    for (DataFreeStep.Order order : DataFreeStep.Order.values()) {
      DataFreeStep step =
          new DataFreeStep(
              studentStep(new TrainingOptions(Fixtures.sgd(0.1), 1, 0)),
              generator(
                  config(
                      Map.of("loss_l1", new L1Loss(-1, Reduction.MEAN)),
                      Map.of(
                          "loss_l1",
                          Map.of("s_feature", student("fc"), "t_feature", teacher("t_fc")))),
                  0.1),
              LATENT,
              new DataFreeStep.Plan(order, 1));
      Nd4j.getRandom().setSeed(5);
      losses.add(step.run(4, 0));
    }
    Map<String, Double> together = losses.get(DataFreeStep.Order.TOGETHER.ordinal());
    assertThat(together.get("distill.loss_l1"))
        .isCloseTo(-together.get("generator.loss_l1"), within(1e-12));
    Map<String, Double> studentFirst = losses.get(DataFreeStep.Order.STUDENT_FIRST.ordinal());
    assertThat(studentFirst.get("distill.loss_l1"))
        .isCloseTo(together.get("distill.loss_l1"), within(1e-12));
    assertThat(studentFirst.get("generator.loss_l1"))
        .isNotCloseTo(together.get("generator.loss_l1"), within(1e-6));
  }

  @Test
  void student_learnsWithoutData() {
    DataFreeStep step =
        new DataFreeStep(
            studentStep(new TrainingOptions(Fixtures.sgd(0.2), 1, 0)),
            generator(
                config(
                    Map.of("loss_oh", new OnehotLikeLoss(0.05)),
                    Map.of("loss_oh", Map.of("preds_T", teacher("t_fc")))),
                0.01),
            LATENT,
            new DataFreeStep.Plan(DataFreeStep.Order.TOGETHER, 1));
    Nd4j.getRandom().setSeed(1);
    double first = step.run(16, 0).get("distill.loss_l1");
    double last = first;
    for (int i = 0; i < 200; i++) {
      last = step.run(16, 0).get("distill.loss_l1");
    }
    assertThat(last).isLessThan(first / 3);
    // Nothing there needs the student, so it is not even run.
    assertThat(step.generator().joined().getConfiguration().getVertices())
        .containsKey("t.fc")
        .doesNotContainKey("body");
  }

  @Test
  void mistakes_areTold() {
    Map<String, Loss> losses = Map.of("loss_l1", new L1Loss(-1, Reduction.MEAN));
    Map<String, Map<String, RecordReference>> mapping =
        Map.of("loss_l1", Map.of("s_feature", student("fc"), "t_feature", teacher("t_fc")));
    assertThatThrownBy(
            () ->
                Distiller.ofGenerator(
                    config(
                        Map.of("fc", new DeliveryConfig.ModuleOutputs("fc", "t.fc")),
                        Map.of(),
                        losses,
                        mapping),
                    KEY,
                    ofStudent,
                    ofTeacher))
        .isInstanceOf(UserException.class)
        .hasMessage(
            "'algorithm.generator_distiller.distill_deliveries.fc' has nothing to deliver: in the generator's step both"
                + " networks run at once");
    assertThatThrownBy(
            () ->
                Distiller.ofGenerator(
                    config(
                        Map.of(),
                        Map.of(
                            "conv",
                            ConnectorChain.of(
                                new ConvModuleConnector(4, 4, null, new ActivationConfig.None()))),
                        losses,
                        Map.of(
                            "loss_l1",
                            Map.of(
                                "s_feature", student("deep").through("conv"),
                                "t_feature", student("deep")))),
                    KEY,
                    ofStudent,
                    ofTeacher))
        .hasMessage(
            "'algorithm.generator_distiller.connectors.conv' learns, but from these losses only the generator does");
  }
}
