package io.limbeck.spark.round;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.limbeck.core.config.ArchitectureConfig.CifarResNet;
import io.limbeck.core.config.ArchitectureConfig.Mlp;
import io.limbeck.core.config.AveragingConfig;
import io.limbeck.core.config.AveragingConfig.BadNumbers;
import io.limbeck.core.config.AveragingConfig.Deltas;
import io.limbeck.core.config.AveragingConfig.UpdaterState;
import io.limbeck.core.config.DataConfig;
import io.limbeck.core.config.DataConfig.Idx;
import io.limbeck.core.config.DataConfig.Normalize;
import io.limbeck.core.config.FrequencySchedule;
import io.limbeck.core.config.OuterOptimizer;
import io.limbeck.core.config.ScheduleConfig;
import io.limbeck.core.connector.ConnectorChain;
import io.limbeck.core.distiller.Distiller;
import io.limbeck.core.distiller.DistillerConfig;
import io.limbeck.core.distiller.RecordReference;
import io.limbeck.core.distiller.WeightSchedule;
import io.limbeck.core.error.UserException;
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
import io.limbeck.spark.data.Batch;
import io.limbeck.spark.data.Block;
import io.limbeck.spark.data.DataLoader;
import io.limbeck.spark.data.DataSetBlock;
import io.limbeck.spark.data.ExampleSet;
import io.limbeck.spark.data.Part;
import io.limbeck.spark.worker.FrozenTeachers;
import io.limbeck.spark.worker.WorkerPlan;
import io.limbeck.spark.worker.Workplace;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.broadcast.Broadcast;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.api.MultiDataSet;
import org.nd4j.linalg.factory.Nd4j;

class RoundEngineTest {
  private static final InputType INPUT = InputType.convolutional(8, 8, 1);
  private static final ScheduleConfig.Updater SGD = new ScheduleConfig.Sgd(0.2);
  private static final ScheduleConfig.Updater NESTEROVS = new ScheduleConfig.Nesterovs(0.05, 0.9);
  private static final DistillerConfig KD =
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
  private static final DistillerConfig CRD =
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
  private final class Setting {
    private final ComputationGraphConfiguration student;
    private final FrozenTeachers teacher;
    private final WorkerPlan plan;
    private final Map<String, Loss> losses;

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
              new WorkerPlan.Distillation(
                  config, "d", studentDescription, teacherDescription, Map.of()),
              new TrainingOptions(schedule, stepsPerEpoch, 0.1),
              4);
    }

    /** The step as a worker makes it, in this JVM and without Spark. */
    DistillationStep step() {
      DistillationStep step = Workplace.of(plan, teacher).step();
      states().forEach(step.states()::put);
      return step;
    }

    private Map<String, LossState> states() {
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
      return epoch(examples.blocks(), averaging, start, epoch, summary -> {});
    }

    TrainingState epoch(
        JavaRDD<Block> blocks,
        AveragingConfig averaging,
        TrainingState start,
        int epoch,
        java.util.function.Consumer<RoundSummary> listener) {
      Broadcast<WorkerPlan> planBroadcast = TestSpark.context().broadcast(plan);
      Broadcast<FrozenTeachers> teacherBroadcast = TestSpark.context().broadcast(teacher);
      RoundEngine engine =
          new RoundEngine(
              TestSpark.context(),
              (ofEpoch, firstStep, steps) -> blocks,
              planBroadcast,
              teacherBroadcast,
              averaging,
              plan.options().stepsPerEpoch(),
              ParameterLayout.of(step().student().network()).statistics(0));
      return engine.epoch(start, epoch, (summary, after) -> listener.accept(summary));
    }
  }

  private ExampleSet examples(int count, int partitions) {
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
            List.of(new DataConfig.RandomFlip(0.5)));
    DataLoader loader = new DataLoader(TestSpark.session(), config);
    return loader.load(Part.TRAIN, loader.shape(), partitions).orElseThrow();
  }

  private static AveragingConfig every(int steps) {
    return new AveragingConfig(null, steps, true, UpdaterState.AVERAGE);
  }

  @Test
  void onePartition_equalsLocalTraining_toTheBit() {
    ExampleSet examples = examples(50, 1);
    Setting setting = new Setting(true, NESTEROVS, 8, 7);
    TrainingState distributed = setting.train(examples, every(3), 2);

    DistillationStep step = setting.step();
    Block block = examples.blocks().first();
    for (int epoch = 0; epoch < 2; epoch++) {
      Block.Pass pass = block.training(4, epoch, 8);
      for (int i = 0; i < block.steps(8); i++) {
        Batch batch = pass.batch(i);
        step.run(DistillationStep.Batch.of(batch.features(), batch.labels()));
      }
    }
    assertThat(distributed.parameters()).isEqualTo(Networks.parameters(step.student().network()));
  }

  /**
   * Connectors learn, banks remember every example, a weight's schedule goes on, all repeatably.
   */
  @Test
  void connectorsAndMemory_travelThroughRounds() {
    ExampleSet examples = examples(50, 2);
    Setting setting = new Setting(CRD, false, NESTEROVS, 8, 4);
    TrainingState start = setting.start();
    TrainingState after = setting.train(examples, every(2), 2);
    assertThat(setting.train(examples, every(2), 2).parameters()).isEqualTo(after.parameters());

    ParameterLayout layout = ParameterLayout.of(setting.step().student().network());
    for (ParameterLayout.Segment segment : layout.segments()) {
      int end = segment.offset() + segment.length();
      assertThat(Arrays.copyOfRange(after.parameters(), segment.offset(), end))
          .as(segment.name())
          .isNotEqualTo(Arrays.copyOfRange(start.parameters(), segment.offset(), end));
    }
    INDArray before = start.lossStates().get("loss_crd").arrays().get(CRDLoss.STUDENT_BANK);
    INDArray bank = after.lossStates().get("loss_crd").arrays().get(CRDLoss.STUDENT_BANK);
    for (int example = 0; example < 60; example++) {
      boolean same = bank.getRow(example).equalsWithEps(before.getRow(example), 1e-7);
      assertThat(same).as("row " + example).isEqualTo(example >= 50);
    }
    assertThat(after.lossStates().get("loss_crd").arrays().get(CRDLoss.CONSTANTS).getDouble(0))
        .isPositive();
  }

  /**
   * Plain SGD, averaged after every step, without BatchNorm: the same as one step on all batches
   * together.
   */
  @Test
  void manyPartitions_everyStep_equalsOneBigBatch() {
    int partitions = 3;
    ExampleSet examples = examples(44, partitions);
    Setting setting = new Setting(false, SGD, 5, 3);
    TrainingState distributed = setting.train(examples, every(1), 1);

    DistillationStep step = setting.step();
    List<Block.Pass> passes = new ArrayList<>();
    examples.blocks().collect().forEach(block -> passes.add(block.training(4, 0, 5)));
    for (int i = 0; i < 3; i++) {
      List<INDArray> features = new ArrayList<>();
      List<INDArray> labels = new ArrayList<>();
      for (Block.Pass pass : passes) {
        Batch batch = pass.batch(i);
        features.add(batch.features());
        labels.add(batch.labels());
      }
      step.run(
          DistillationStep.Batch.of(
              Nd4j.concat(0, features.toArray(new INDArray[0])),
              Nd4j.concat(0, labels.toArray(new INDArray[0]))));
    }
    float[] expected = Networks.parameters(step.student().network());
    for (int i = 0; i < expected.length; i++) {
      assertThat(distributed.parameters()[i])
          .isCloseTo(expected[i], org.assertj.core.data.Offset.offset(2e-6f));
    }
  }

  @Test
  void sameSeed_sameBits() {
    ExampleSet examples = examples(50, 3);
    TrainingState first = new Setting(true, NESTEROVS, 8, 3).train(examples, every(2), 2);
    TrainingState again = new Setting(true, NESTEROVS, 8, 3).train(examples, every(2), 2);
    assertThat(again.parameters()).isEqualTo(first.parameters());
    assertThat(again.updaterState()).isEqualTo(first.updaterState()).isNotEmpty();
  }

  /** Fails in the middle of a round when it is tried for the first time. */
  private record FailingOnce(Block block) implements Block {
    @Override
    public int partition() {
      return block.partition();
    }

    @Override
    public int size() {
      return block.size();
    }

    @Override
    public int steps(int batchSize) {
      return block.steps(batchSize);
    }

    @Override
    public Pass training(long seed, int epoch, int batchSize) {
      Pass pass = block.training(seed, epoch, batchSize);
      return step -> {
        if (partition() == 1 && step % 2 == 1 && TaskContext.get().attemptNumber() == 0) {
          throw new IllegalStateException("lost");
        }
        return pass.batch(step);
      };
    }

    @Override
    public Pass inOrder(int batchSize) {
      return block.inOrder(batchSize);
    }
  }

  @Test
  void retriedTasks_sameBits() {
    ExampleSet examples = examples(50, 3);
    Setting setting = new Setting(true, NESTEROVS, 8, 3);
    TrainingState undisturbed = setting.start();
    TrainingState disturbed = undisturbed;
    JavaRDD<Block> failing = examples.blocks().map(FailingOnce::new);
    for (int epoch = 0; epoch < 2; epoch++) {
      undisturbed = setting.epoch(examples, every(2), undisturbed, epoch);
      disturbed = setting.epoch(failing, every(2), disturbed, epoch, summary -> {});
    }
    assertThat(disturbed.parameters()).isEqualTo(undisturbed.parameters());
    assertThat(disturbed.updaterState()).isEqualTo(undisturbed.updaterState());
  }

  /** What the process holds beside the heap. */
  private static double outsideHeapMib() throws IOException {
    double heap = Runtime.getRuntime().totalMemory() / (double) (1 << 20);
    return -heap
        + Files.readAllLines(Path.of("/proc/self/status")).stream()
            .filter(line -> line.startsWith("VmRSS:"))
            .mapToDouble(line -> Double.parseDouble(line.replaceAll("\\D", "")) / 1024)
            .findFirst()
            .orElseThrow();
  }

  private static double heapMib() {
    System.gc();
    Runtime runtime = Runtime.getRuntime();
    return (runtime.totalMemory() - runtime.freeMemory()) / (double) (1 << 20);
  }

  private static long keptBySpark() {
    return scala.collection.JavaConverters.mapAsJavaMap(
            TestSpark.context().sc().getExecutorMemoryStatus())
        .values()
        .stream()
        .mapToLong(status -> (Long) status._1() - (Long) status._2())
        .sum();
  }

  /** The state is a broadcast of 620 kB here; 150 of them would be 90 MB. */
  @Test
  void manyRounds_leaveNothingBehind() throws Exception {
    ExampleSet examples = examples(24, 2);
    Setting setting = new Setting(true, NESTEROVS, 4, 3);
    TrainingState state = setting.train(examples, every(1), 25);
    int persisted = TestSpark.context().getPersistentRDDs().size();
    double heap = heapMib();
    double outside = outsideHeapMib();
    Thread.sleep(500);
    long kept = keptBySpark();
    for (int epoch = 0; epoch < 50; epoch++) {
      state = setting.epoch(examples, every(1), state, epoch);
    }
    assertThat(TestSpark.context().getPersistentRDDs()).hasSizeLessThanOrEqualTo(persisted);
    assertThat(heapMib() - heap).isLessThan(45);
    assertThat(outsideHeapMib() - outside).isLessThan(100);
    Thread.sleep(500);
    assertThat(keptBySpark() - kept).isLessThan(2 << 20);
  }

  @Test
  void partitionsWithoutData_areHarmless() {
    Setting few = new Setting(true, NESTEROVS, 8, 1);
    TrainingState alone = few.train(examples(2, 2), every(2), 1);
    TrainingState withEmpty = few.train(examples(2, 7), every(2), 1);
    assertThat(withEmpty.parameters()).isEqualTo(alone.parameters());
    assertThat(alone.parameters()).isNotEqualTo(few.start().parameters());
  }

  @Test
  void updaterState_reset_startsEveryRoundAfresh() {
    ExampleSet examples = examples(48, 2);
    Setting setting = new Setting(false, NESTEROVS, 8, 3);
    AveragingConfig reset = new AveragingConfig(null, 1, true, UpdaterState.RESET);
    TrainingState after = setting.train(examples, reset, 1);
    assertThat(after.parameters()).isNotEqualTo(setting.train(examples, every(1), 1).parameters());
    assertThat(after.updaterState()).isEmpty();
  }

  @Test
  void weighted_countsExamples() {
    ExampleSet examples = examples(11, 2);
    Setting setting = new Setting(false, SGD, 6, 1);
    AveragingConfig unweighted = new AveragingConfig(null, 1, false, UpdaterState.AVERAGE);
    assertThat(setting.train(examples, unweighted, 1).parameters())
        .isNotEqualTo(setting.train(examples, every(1), 1).parameters());
  }

  private static AveragingConfig with(
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

  /** Three rounds of Nesterov's outer step, against the formula and the plain means. */
  @Test
  void outerStep_movesWhatLearns_andNotBatchNormsStatistics() {
    ExampleSet examples = examples(48, 2);
    Setting setting = new Setting(true, NESTEROVS, 8, 3);
    AveragingConfig nesterov =
        with(3, new OuterOptimizer.Nesterov(0.7, 0.9), Deltas.SINGLE, BadNumbers.STOP);
    TrainingState found = setting.start();
    TrainingState expected = found;
    double[] velocity = new double[expected.parameters().length];
    BitSet statistics = ParameterLayout.of(setting.step().student().network()).statistics(0);
    assertThat(statistics.cardinality()).isPositive();
    for (int epoch = 0; epoch < 3; epoch++) {
      found = setting.epoch(examples, nesterov, found, epoch);
      TrainingState mean = setting.epoch(examples, every(3), expected, epoch);
      float[] next = mean.parameters().clone();
      for (int i = 0; i < next.length; i++) {
        if (!statistics.get(i)) {
          double start = expected.parameters()[i];
          double difference = start - mean.parameters()[i];
          velocity[i] = (float) (0.9 * velocity[i] + difference);
          next[i] = (float) (start - 0.7 * (difference + 0.9 * velocity[i]));
        }
      }
      expected = mean.withParameters(next);
      assertThat(found.parameters()).isEqualTo(expected.parameters());
    }
  }

  @Test
  void halfDeltas_areNearlyTheSame_andRepeatable() {
    ExampleSet examples = examples(50, 2);
    Setting setting = new Setting(true, NESTEROVS, 8, 4);
    AveragingConfig half = with(2, new OuterOptimizer.None(), Deltas.HALF, BadNumbers.STOP);
    float[] start = setting.start().parameters();
    float[] whole = setting.train(examples, every(2), 1).parameters();
    float[] halved = setting.train(examples, half, 1).parameters();
    assertThat(halved).isNotEqualTo(whole);
    assertThat(distance(halved, whole)).isLessThan(2e-3 * distance(whole, start));
    assertThat(setting.train(examples, half, 1).parameters()).isEqualTo(halved);
  }

  private static double distance(float[] a, float[] b) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += Math.pow((double) a[i] - b[i], 2);
    }
    return Math.sqrt(sum);
  }

  /** Two partitions of two mini-batches, of which the second has a bad number somewhere. */
  private static JavaRDD<Block> withBadInput(float bad) {
    List<Block> blocks = new ArrayList<>();
    for (int partition = 0; partition < 2; partition++) {
      List<MultiDataSet> batches = new ArrayList<>();
      for (int i = 0; i < 2; i++) {
        INDArray features = Nd4j.rand(DataType.FLOAT, 4, 1, 8, 8);
        if (partition == 1) {
          features.putScalar(7, bad);
        }
        INDArray labels = Nd4j.zeros(DataType.FLOAT, 4, TestData.CLASSES);
        labels.getColumn(0).assign(1);
        batches.add(new org.nd4j.linalg.dataset.MultiDataSet(features, labels));
      }
      blocks.add(new DataSetBlock(partition, batches));
    }
    return TestSpark.context().parallelize(blocks, 2);
  }

  @Test
  void badInput_isNamed_andNothingIsAveraged() {
    Setting setting = new Setting(false, SGD, 4, 2);
    assertThatThrownBy(
            () ->
                setting.epoch(withBadInput(Float.NaN), every(2), setting.start(), 0, summary -> {}))
        .isInstanceOf(UserException.class)
        .hasMessageStartingWith(
            "Training diverged in partition 1, round 1 / 1, epoch 1, step 1 (mini-batch of 4 examples): the losses are"
                + " {distill.loss_kl=NaN, student.loss=NaN}; the input 'input' is NaN. Usual causes: ");
  }

  @Test
  void badWeights_areNamed() {
    Setting setting = new Setting(true, SGD, 4, 2);
    TrainingState start = setting.start();
    ParameterLayout layout = ParameterLayout.of(setting.step().student().network());
    ParameterLayout.Segment segment =
        layout.segments().stream()
            .filter(each -> each.name().equals("backbone.layer2.0.conv1/W"))
            .findFirst()
            .orElseThrow();
    start.parameters()[segment.offset()] = Float.POSITIVE_INFINITY;
    assertThatThrownBy(() -> setting.epoch(withBadInput(0), every(2), start, 0, summary -> {}))
        .hasMessageContaining("; the parameter 'backbone.layer2.0.conv1/W' is infinite. Usual");
  }

  @Test
  void badTeacher_isNamed() {
    Setting setting = new Setting(false, SGD, 4, 2);
    FrozenNetwork network = setting.teacher.networks().get("");
    java.util.Arrays.fill(network.parameters(), Float.NaN);
    FrozenNetwork renamed =
        new FrozenNetwork(
            network.configuration(), network.parameters(), network.outputs(), "bad weights");
    setting.teacher.networks().put("", renamed);
    assertThatThrownBy(
            () -> setting.epoch(withBadInput(0), every(2), setting.start(), 0, summary -> {}))
        .hasMessageContaining("; in the teacher the output of 'head.fc' is NaN. Usual causes");
  }

  @Test
  void badPartition_canBeLeftOut_andIsTold() {
    Setting setting = new Setting(false, SGD, 4, 2);
    AveragingConfig skip = with(2, new OuterOptimizer.None(), Deltas.SINGLE, BadNumbers.SKIP);
    List<RoundSummary> told = new ArrayList<>();
    JavaRDD<Block> blocks = withBadInput(Float.NaN);
    TrainingState after = setting.epoch(blocks, skip, setting.start(), 0, told::add);
    assertThat(told.get(0).skipped())
        .hasSize(1)
        .first(org.assertj.core.api.InstanceOfAssertFactories.STRING)
        .startsWith("partition 1, round 1 / 1, epoch 1, step 1 (mini-batch of 4 examples): the");
    assertThat(told.get(0).examples()).isEqualTo(8);
    assertThat(told.get(0).losses().values()).allMatch(Double::isFinite);
    JavaRDD<Block> good = blocks.filter(block -> block.partition() == 0);
    TrainingState alone = setting.epoch(good, every(2), setting.start(), 0, summary -> {});
    assertThat(after.parameters()).isEqualTo(alone.parameters());

    JavaRDD<Block> bad = blocks.filter(block -> block.partition() == 1);
    assertThatThrownBy(() -> setting.epoch(bad, skip, setting.start(), 0, summary -> {}))
        .hasMessageStartingWith("Training diverged in partition 1");
  }

  @Test
  void divergence_stopsBeforeAveraging_andSaysWhere() {
    ExampleSet examples = examples(48, 2);
    Setting setting = new Setting(false, new ScheduleConfig.Sgd(1e30), 8, 3);
    assertThatThrownBy(() -> setting.train(examples, every(3), 1))
        .isInstanceOf(UserException.class)
        .hasMessageStartingWith("Training diverged in partition 0, round 1 / 1, epoch 1, step ")
        .hasMessageContaining("(mini-batch of 8 examples): the losses are {distill.loss_kl=")
        .hasMessageEndingWith(
            "Usual causes: a learning rate that is too high ('schedule.updater.learning_rate' is 1.0E30), inputs that"
                + " are not normalised ('data.normalize'), a loss weight that is too large. Nothing of this round was"
                + " averaged");
  }

  @Test
  void summary_tellsLossesExamplesAndTeacherShare() {
    ExampleSet examples = examples(50, 2);
    Setting setting = new Setting(false, SGD, 8, 4);
    Broadcast<WorkerPlan> plan = TestSpark.context().broadcast(setting.plan);
    Broadcast<FrozenTeachers> teacher = TestSpark.context().broadcast(setting.teacher);
    RoundEngine engine =
        new RoundEngine(
            TestSpark.context(), examples.training(4, 8), plan, teacher, every(3), 4, new BitSet());
    List<RoundSummary> summaries = new ArrayList<>();
    engine.epoch(setting.start(), 1, (summary, state) -> summaries.add(summary));
    assertThat(summaries).extracting(RoundSummary::examples).containsExactly(48L, 2L);
    assertThat(summaries.get(0).losses().keySet())
        .containsExactly("distill.loss_kl", "student.loss");
    assertThat(summaries.get(0).losses().values()).allMatch(loss -> loss > 0 && loss < 10);
    assertThat(summaries.get(1).round()).isEqualTo(1);
    assertThat(summaries.get(1).rounds()).isEqualTo(2);
    assertThat(summaries.get(0).teacherShare()).isBetween(0.0, 1.0);
  }
}
