package io.limbeck.spark.round;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.limbeck.core.loss.relation.CRDLoss;
import io.limbeck.dl4j.graph.DistillationStep;
import io.limbeck.dl4j.graph.Networks;
import io.limbeck.dl4j.graph.ParameterLayout;
import io.limbeck.spark.TestSpark;
import io.limbeck.spark.data.Batch;
import io.limbeck.spark.data.Block;
import io.limbeck.spark.data.ExampleSet;
import io.limbeck.spark.data.TrainingData;
import io.limbeck.spark.worker.FrozenTeachers;
import io.limbeck.spark.worker.WorkerPlan;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import org.apache.spark.broadcast.Broadcast;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

class RoundEngineTest extends EngineFixture {
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

  @Test
  void partitionsWithoutData_areHarmless() {
    Setting few = new Setting(true, NESTEROVS, 8, 1);
    TrainingState alone = few.train(examples(2, 2), every(2), 1);
    TrainingState withEmpty = few.train(examples(2, 7), every(2), 1);
    assertThat(withEmpty.parameters()).isEqualTo(alone.parameters());
    assertThat(alone.parameters()).isNotEqualTo(few.start().parameters());
  }

  @Test
  void summary_tellsLossesExamplesAndTeacherShare() {
    ExampleSet examples = examples(50, 2);
    Setting setting = new Setting(false, SGD, 8, 4);
    Broadcast<WorkerPlan> plan = TestSpark.context().broadcast(setting.plan);
    Broadcast<FrozenTeachers> teacher = TestSpark.context().broadcast(setting.teacher);
    RoundEngine engine =
        new RoundEngine(
            TestSpark.context(),
            "distilled",
            examples.training(4, 8),
            plan,
            teacher,
            every(3),
            4,
            new BitSet());
    List<RoundSummary> summaries = new ArrayList<>();
    engine.epoch(setting.start(), 1, (summary, state) -> summaries.add(summary));
    assertThat(summaries).extracting(RoundSummary::examples).containsExactly(48L, 2L);
    assertThat(summaries.get(0).losses().keySet())
        .containsExactly("distill.loss_kl", "student.loss");
    assertThat(summaries.get(0).losses().values()).allMatch(loss -> loss > 0 && loss < 10);
    assertThat(summaries.get(1).round()).isEqualTo(1);
    assertThat(summaries.get(1).rounds()).isEqualTo(2);
    assertThat(summaries.get(0).teacherShare()).isBetween(0.0, 1.0);
    assertThat(summaries.get(0).cachedShare()).isZero();
    assertThat(summaries.get(0).examplesByExecutor()).containsExactly(Map.entry("driver", 48L));
    assertThat(summaries.get(0).learningRate()).isEqualTo(setting.plan.learningRate(4));
    // Two workers that learn from different examples go neither the same way nor against each
    // other.
    assertThat(summaries).allMatch(each -> each.drift() > 0.05 && each.drift() < 0.95);
    RoundTimes times = summaries.get(0).times();
    assertThat(times.broadcast() + times.steps() + times.waiting() + times.reduce())
        .isCloseTo(times.total(), within(1e-6));
  }

  @Test
  void oneWorker_hasNobodyToPartFrom() {
    Setting setting = new Setting(false, SGD, 8, 4);
    List<RoundSummary> summaries = new ArrayList<>();
    TrainingData examples = examples(50, 1).training(4, 8);
    setting.epoch(examples, every(3), setting.start(), 0, summaries::add);
    assertThat(summaries).isNotEmpty().allMatch(each -> each.drift() < 1e-3);
  }
}
