package io.limbeck.spark.round;

import io.limbeck.core.config.ArchitectureConfig.CifarResNet;
import io.limbeck.core.config.ArchitectureConfig.Mlp;
import io.limbeck.core.config.AveragingConfig;
import io.limbeck.core.config.AveragingConfig.BadNumbers;
import io.limbeck.core.config.AveragingConfig.Deltas;
import io.limbeck.core.config.AveragingConfig.UpdaterState;
import io.limbeck.core.config.DataConfig;
import io.limbeck.core.config.DataConfig.Normalize;
import io.limbeck.core.config.DataSource.Idx;
import io.limbeck.core.config.FrequencySchedule;
import io.limbeck.core.config.ImageAugment;
import io.limbeck.core.config.OuterOptimizer;
import io.limbeck.core.config.ScheduleConfig;
import io.limbeck.core.connector.ConnectorChain;
import io.limbeck.core.distiller.Distiller;
import io.limbeck.core.distiller.DistillerConfig;
import io.limbeck.core.distiller.RecordReference;
import io.limbeck.core.distiller.WeightSchedule;
import io.limbeck.core.loss.Loss;
import io.limbeck.core.loss.LossState;
import io.limbeck.core.loss.Reduction;
import io.limbeck.core.loss.logit.KLDivergence;
import io.limbeck.core.loss.relation.CRDLoss;
import io.limbeck.core.network.Side;
import io.limbeck.core.recorder.ModuleInputs;
import io.limbeck.core.recorder.ModuleOutputs;
import io.limbeck.dl4j.connector.CRDConnector;
import io.limbeck.dl4j.graph.Describer;
import io.limbeck.dl4j.graph.DistillationStep;
import io.limbeck.dl4j.graph.FrozenNetwork;
import io.limbeck.dl4j.graph.LogitsForm;
import io.limbeck.dl4j.graph.Networks;
import io.limbeck.dl4j.graph.ParameterLayout;
import io.limbeck.dl4j.graph.TrainingOptions;
import io.limbeck.dl4j.zoo.Architectures;
import io.limbeck.spark.TestData;
import io.limbeck.spark.TestSpark;
import io.limbeck.spark.data.Block;
import io.limbeck.spark.data.DataLoader;
import io.limbeck.spark.data.ExampleSet;
import io.limbeck.spark.data.RoundBlocks;
import io.limbeck.spark.data.TrainingData;
import io.limbeck.spark.source.Part;
import io.limbeck.spark.worker.FrozenTeachers;
import io.limbeck.spark.worker.WorkerPlan;
import io.limbeck.spark.worker.Workplace;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Consumer;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.broadcast.Broadcast;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.api.buffer.DataType;

/** Small students, a teacher and examples for tests of the engine. */
abstract class EngineFixture {
  static final InputType INPUT = InputType.convolutional(8, 8, 1);
  static final ScheduleConfig.Updater SGD = new ScheduleConfig.Sgd(0.2);
  static final ScheduleConfig.Updater NESTEROVS = new ScheduleConfig.Nesterovs(0.05, 0.9);
  static final DistillerConfig KD =
      new DistillerConfig.ConfigurableDistiller(
          Map.of("fc", new ModuleOutputs("head.fc")),
          Map.of("fc", new ModuleOutputs("head.fc")),
          Map.of("loss_kl", new KLDivergence(2, Reduction.BATCH_MEAN, 0.9, true, false)),
          Map.of(
              "loss_kl",
              Map.of(
                  "preds_S", RecordReference.of(Side.STUDENT, "fc"),
                  "preds_T", RecordReference.of(Side.TEACHER, "fc"))));

  /** Embeddings behind both networks, memory banks, negatives drawn by chance. */
  static final DistillerConfig CRD =
      new DistillerConfig.ConfigurableDistiller(
          Map.of("relu", new ModuleOutputs("backbone.layer0.relu"), "in", new ModuleInputs("")),
          Map.of("relu", new ModuleOutputs("backbone.layer0.relu")),
          Map.of(),
          Map.of(
              "s", ConnectorChain.of(new CRDConnector(6, 4)),
              "t", ConnectorChain.of(new CRDConnector(10, 4))),
          Map.of("loss_crd", new CRDLoss(0.5, 0.1, 5, 60, 4, 0.5, 1e-7)),
          Map.of(
              "loss_crd",
              Map.of(
                  "s_feats", RecordReference.of(Side.STUDENT, "relu").through("s"),
                  "t_feats", RecordReference.of(Side.TEACHER, "relu").through("t"),
                  "data_samples", new RecordReference("in", true, 0, 1, null, null))),
          Map.of("loss_crd", new WeightSchedule.Linear(0, 0, 1, 0, 2)));

  @TempDir Path dir;

  /** A student with or without BatchNorm, an MLP teacher, KL on the logits. */
  final class Setting {
    final ComputationGraphConfiguration student;
    final FrozenTeachers teacher;
    final WorkerPlan plan;
    final Map<String, Loss> losses;

    Setting(boolean batchNorm, ScheduleConfig.Updater updater, int batchSize, int stepsPerEpoch) {
      this(KD, batchNorm, updater, batchSize, stepsPerEpoch);
    }

    Setting(
        DistillerConfig config,
        boolean batchNorm,
        ScheduleConfig.Updater updater,
        int batchSize,
        int stepsPerEpoch) {
      Architectures zoo = new Architectures(INPUT, TestData.CLASSES, 1, DataType.FLOAT);
      student =
          LogitsForm.of(
              batchNorm
                  ? zoo.cifarResNet(new CifarResNet(8, null))
                  : zoo.mlp(new Mlp(List.of(6), null)));
      ComputationGraph teacherNetwork =
          Networks.fresh(
              LogitsForm.of(
                  new Architectures(INPUT, TestData.CLASSES, 9, DataType.FLOAT)
                      .mlp(new Mlp(List.of(10), null))));
      var studentDescription = Describer.describe(Networks.fresh(student), INPUT);
      var teacherDescription = Describer.describe(teacherNetwork, INPUT);
      Distiller distiller = new Distiller(config, "d", studentDescription, teacherDescription);
      losses = config.distillLosses();
      teacher =
          FrozenTeachers.of(
              FrozenNetwork.of(
                  teacherNetwork.getConfiguration(), teacherNetwork, distiller.teacherVertices()));
      ScheduleConfig schedule =
          new ScheduleConfig(2, batchSize, updater, 0, new ScheduleConfig.Constant(0));
      plan =
          new WorkerPlan(
              UUID.randomUUID().toString(),
              student.toJson(),
              new WorkerPlan.Distillation(config, "d", studentDescription, teacherDescription),
              new TrainingOptions(schedule, stepsPerEpoch, 0.1),
              4);
    }

    /** The step as a worker makes it, in this JVM and without Spark. */
    DistillationStep step() {
      DistillationStep step = Workplace.of(plan, teacher).step();
      states().forEach(step.states()::put);
      return step;
    }

    Map<String, LossState> states() {
      Map<String, LossState> states = new LinkedHashMap<>();
      losses.forEach(
          (name, loss) -> loss.initialState(1).ifPresent(state -> states.put(name, state)));
      return states;
    }

    TrainingState start() {
      return TrainingState.start(Networks.parameters(step().student().network()), states());
    }

    TrainingState train(ExampleSet examples, AveragingConfig averaging, int epochs) {
      TrainingState state = start();
      for (int epoch = 0; epoch < epochs; epoch++) {
        state = epoch(examples, averaging, state, epoch);
      }
      return state;
    }

    TrainingState epoch(
        ExampleSet examples, AveragingConfig averaging, TrainingState start, int epoch) {
      TrainingData training = examples.training(plan.seed(), plan.options().schedule().batchSize());
      return epoch(training, averaging, start, epoch, summary -> {});
    }

    TrainingState epoch(
        JavaRDD<Block> blocks,
        AveragingConfig averaging,
        TrainingState start,
        int epoch,
        Consumer<RoundSummary> listener) {
      return epoch(
          (ofEpoch, firstStep, steps) -> RoundBlocks.of(blocks), averaging, start, epoch, listener);
    }

    TrainingState epoch(
        TrainingData training,
        AveragingConfig averaging,
        TrainingState start,
        int epoch,
        Consumer<RoundSummary> listener) {
      Broadcast<WorkerPlan> planBroadcast = TestSpark.context().broadcast(plan);
      Broadcast<FrozenTeachers> teacherBroadcast = TestSpark.context().broadcast(teacher);
      RoundEngine engine =
          new RoundEngine(
              TestSpark.context(),
              "distilled",
              training,
              planBroadcast,
              teacherBroadcast,
              averaging,
              plan.options().stepsPerEpoch(),
              ParameterLayout.of(step().student().network()).statistics(0));
      return engine.epoch(start, epoch, (summary, after) -> listener.accept(summary));
    }
  }

  ExampleSet examples(int count, int partitions) {
    TestData.idx(dir, "a", count, 1);
    Idx idx =
        new Idx(dir.resolve("a-images").toString(), dir.resolve("a-labels").toString(), 0, null);
    DataConfig config =
        new DataConfig(
            TestData.CLASSES,
            null,
            idx,
            null,
            null,
            new Normalize(null, List.of(0.3), List.of(0.25)),
            List.of(new ImageAugment.RandomFlip(0.5)));
    DataLoader loader = new DataLoader(TestSpark.session(), config);
    return loader.load(Part.TRAIN, loader.shape(), partitions).orElseThrow();
  }

  static AveragingConfig every(int steps) {
    return new AveragingConfig(null, steps, true, UpdaterState.AVERAGE);
  }

  static AveragingConfig with(
      int frequency, OuterOptimizer outer, Deltas deltas, BadNumbers badNumbers) {
    return new AveragingConfig(
        null,
        frequency,
        new FrequencySchedule.Constant(),
        true,
        UpdaterState.AVERAGE,
        outer,
        deltas,
        null,
        badNumbers);
  }
}
