package io.limbeck.dl4j.graph;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.limbeck.core.config.ArchitectureConfig.CifarResNet;
import io.limbeck.core.config.ArchitectureConfig.Mlp;
import io.limbeck.core.config.ScheduleConfig;
import io.limbeck.core.connector.ConnectorChain;
import io.limbeck.core.distiller.DistillerConfig;
import io.limbeck.core.distiller.RecordReference;
import io.limbeck.core.loss.Loss;
import io.limbeck.core.loss.LossAndGradient;
import io.limbeck.core.loss.LossArgument;
import io.limbeck.core.loss.LossInputs;
import io.limbeck.core.loss.Reduction;
import io.limbeck.core.loss.Shapes;
import io.limbeck.core.loss.logit.KLDivergence;
import io.limbeck.core.network.Side;
import io.limbeck.core.recorder.ModuleInputs;
import io.limbeck.core.recorder.ModuleOutputs;
import io.limbeck.dl4j.connector.CRDConnector;
import io.limbeck.dl4j.zoo.Architectures;
import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.ops.transforms.Transforms;

class DistillationStepTest {
  private static final InputType INPUT = InputType.feedForward(4);
  private final INDArray features = Fixtures.random(1, 8, 4).castTo(DataType.FLOAT);

  private static ComputationGraphConfiguration mlp(int seed, Integer... hidden) {
    return LogitsForm.of(
        new Architectures(INPUT, 3, seed, DataType.FLOAT).mlp(new Mlp(List.of(hidden), null)));
  }

  private static DistillationStep step(
      ComputationGraphConfiguration student, ComputationGraph teacher, TrainingOptions options) {
    return Fixtures.step(Fixtures.kdOnLogits(2, 0.9), student, teacher, INPUT, options);
  }

  private Map<String, Double> run(DistillationStep step) {
    return step.run(DistillationStep.Batch.of(features, Fixtures.labels(features, 3)));
  }

  /** The labels that losses and recorders see stay as they are. */
  @Test
  void labelSmoothing_spreadsAShareOverAllClasses() {
    ScheduleConfig smooth =
        new ScheduleConfig(
            1, 8, new ScheduleConfig.Sgd(0.1), 0, new ScheduleConfig.Constant(0), 0.1);
    DistillationStep step =
        DistillationStep.supervised(
            TrainingGraph.supervised(mlp(3), new TrainingOptions(smooth, 1, 1)));
    INDArray weights = step.student().network().getLayer("head.fc").getParam("W").dup();
    INDArray labels = Fixtures.labels(features, 3);
    INDArray smoothed = labels.mul(0.9).addi(0.1 / 3);
    INDArray probabilities = Transforms.softmax(features.mmul(weights));
    double expected =
        -smoothed.mul(Transforms.log(probabilities, true)).sumNumber().doubleValue() / 8;
    DistillationStep.Batch batch = DistillationStep.Batch.of(features, labels);

    double found = step.run(batch).get("student.loss");

    assertThat(found).isCloseTo(expected, within(1e-5));
    assertThat(batch.samples().labels()).isEqualTo(Fixtures.labels(features, 3));
    INDArray moved =
        weights.sub(
            features.transpose().mmul(probabilities.sub(smoothed)).div(features.size(0)).mul(0.1));
    assertThat(step.student().network().getLayer("head.fc").getParam("W").distance2(moved))
        .isCloseTo(0, within(1e-5));
  }

  /**
   * A softmax regression, whose step can be written down: W -= rate * x' (0.1 (p - y) + 0.9 * 2 (p2
   * - q2)) / N.
   */
  @Test
  void run_linearStudent_matchesFormula() {
    ComputationGraph teacher = Networks.fresh(mlp(5, 9));
    TrainingOptions options = new TrainingOptions(Fixtures.sgd(0.5), 1, 0.1);
    DistillationStep step = step(mlp(3), teacher, options);
    ComputationGraph network = step.student().network();
    INDArray weights = network.getLayer("head.fc").getParam("W").dup();
    INDArray labels = Fixtures.labels(features, 3);
    INDArray logits = features.mmul(weights);
    INDArray teacherLogits = teacher.feedForward(features, false).get("head.fc");
    INDArray task = Transforms.softmax(logits).sub(labels).mul(0.1);
    INDArray distilled =
        Transforms.softmax(logits.div(2))
            .sub(Transforms.softmax(teacherLogits.div(2)))
            .mul(0.9 * 2);
    INDArray expected =
        weights.sub(features.transpose().mmul(task.add(distilled)).div(features.size(0)).mul(0.5));

    Map<String, Double> losses = step.run(DistillationStep.Batch.of(features, labels));

    INDArray found = network.getLayer("head.fc").getParam("W");
    assertThat(found.sub(expected).amaxNumber().doubleValue()).isLessThan(1e-6);
    assertThat(losses.keySet()).containsExactly("distill.loss_kl", "student.loss");
    INDArray kl =
        Transforms.softmax(teacherLogits.div(2))
            .mul(
                Transforms.log(Transforms.softmax(teacherLogits.div(2)))
                    .sub(Transforms.log(Transforms.softmax(logits.div(2)))));
    assertThat(losses.get("distill.loss_kl"))
        .isCloseTo(0.9 * 4 * kl.sumNumber().doubleValue() / 8, within(1e-5));
  }

  @Test
  void run_studentLoss_leavesRegularisationOut() {
    ScheduleConfig decay =
        new ScheduleConfig(1, 8, new ScheduleConfig.Sgd(0.1), 0.5, new ScheduleConfig.Constant(0));
    DistillationStep with =
        DistillationStep.supervised(
            TrainingGraph.supervised(mlp(3, 5), new TrainingOptions(decay, 1, 1)));
    DistillationStep without =
        DistillationStep.supervised(
            TrainingGraph.supervised(mlp(3, 5), new TrainingOptions(Fixtures.sgd(0.1), 1, 1)));
    double lossWith = run(with).get("student.loss");
    double lossWithout = run(without).get("student.loss");
    assertThat(lossWith).isCloseTo(lossWithout, within(1e-6));
    assertThat(
            with.student()
                .network()
                .params()
                .equalsWithEps(without.student().network().params(), 1e-4))
        .isFalse();
  }

  @Test
  void run_withoutTaskLoss_takesNoLabels() {
    DistillationStep step =
        step(mlp(3, 5), Networks.fresh(mlp(5, 9)), new TrainingOptions(Fixtures.sgd(0.1), 1, 0));
    assertThat(run(step).keySet()).containsExactly("distill.loss_kl");
  }

  @Test
  void run_manySteps_lossFalls() {
    DistillationStep step =
        step(mlp(3, 16), Networks.fresh(mlp(5, 9)), new TrainingOptions(Fixtures.sgd(0.5), 1, 0));
    double first = run(step).get("distill.loss_kl");
    double last = first;
    for (int i = 0; i < 300; i++) {
      last = run(step).get("distill.loss_kl");
    }
    assertThat(last).isLessThan(first / 5);
  }

  /** KL divergence that remembers, weakly, every array it was given. */
  record Watching(KLDivergence inner) implements Loss {
    static final List<WeakReference<INDArray>> SEEN = new ArrayList<>();

    @Override
    public List<LossArgument> arguments() {
      return inner.arguments();
    }

    @Override
    public Optional<String> shapeProblem(Shapes shapes) {
      return inner.shapeProblem(shapes);
    }

    @Override
    public LossAndGradient lossAndGradient(LossInputs inputs) {
      SEEN.add(new WeakReference<>(inputs.array("preds_S")));
      SEEN.add(new WeakReference<>(inputs.array("preds_T")));
      return inner.lossAndGradient(inputs);
    }
  }

  /**
   * After a thousand steps nothing that was recorded is held any more, but by DL4J the last step.
   */
  @Test
  void run_thousandSteps_nothingRecordedIsKept() throws InterruptedException {
    KLDivergence kl = new KLDivergence(2, Reduction.BATCH_MEAN, 1, true, false);
    DistillerConfig config =
        new DistillerConfig.ConfigurableDistiller(
            Map.of("relu", new ModuleOutputs("backbone.layer0.relu")),
            Map.of("relu", new ModuleOutputs("backbone.layer0.relu"), "in", new ModuleInputs("")),
            Map.of(),
            Map.of("c", ConnectorChain.of(new CRDConnector(5, 9))),
            Map.of("loss", new Watching(kl)),
            Map.of(
                "loss",
                Map.of(
                    "preds_S", RecordReference.of(Side.STUDENT, "relu").through("c"),
                    "preds_T", RecordReference.of(Side.TEACHER, "relu"))),
            Map.of());
    DistillationStep step =
        Fixtures.step(
            config,
            mlp(3, 5),
            Networks.fresh(mlp(5, 9)),
            INPUT,
            new TrainingOptions(Fixtures.sgd(0.1), 1, 1));
    Watching.SEEN.clear();
    for (int i = 0; i < 1000; i++) {
      run(step);
    }
    assertThat(Watching.SEEN).hasSize(2000);
    long alive = 2000;
    for (int attempt = 0; attempt < 50 && alive > 2; attempt++) {
      System.gc();
      Thread.sleep(50);
      alive = Watching.SEEN.stream().filter(reference -> reference.get() != null).count();
    }
    assertThat(alive).isLessThanOrEqualTo(2);
  }

  /**
   * The side branch must not change the student: same names, same parameters, loadable into the
   * plain student.
   */
  @Test
  void trainingGraph_keepsTheStudentsVertices() {
    InputType images = InputType.convolutional(8, 8, 3);
    ComputationGraphConfiguration student =
        LogitsForm.of(
            new Architectures(images, 3, 1, DataType.FLOAT).cifarResNet(new CifarResNet(14, null)));
    ComputationGraph plain = Networks.fresh(student);
    TrainingGraph graph =
        TrainingGraph.of(
            student,
            new StudentPlan(
                Set.of("head.fc", "backbone.layer1.0.relu#1", "backbone.layer2.0.bn2"),
                List.of(),
                List.of(),
                List.of()),
            new TrainingGraph.Surroundings(
                Describer.describe(plain, images), Describer.describe(plain, images), name -> null),
            new TrainingOptions(Fixtures.sgd(0.1), 1, 1));
    assertThat(graph.network().paramTable().keySet()).isEqualTo(plain.paramTable().keySet());
    float[] there =
        ParameterLayout.of(plain)
            .convert(Networks.parameters(plain), ParameterLayout.of(graph.network()));
    float[] back = ParameterLayout.of(graph.network()).convert(there, ParameterLayout.of(plain));
    assertThat(back).isEqualTo(Networks.parameters(plain));
  }
}
