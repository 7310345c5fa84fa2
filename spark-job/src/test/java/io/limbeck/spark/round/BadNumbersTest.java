package io.limbeck.spark.round;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.limbeck.core.config.AveragingConfig;
import io.limbeck.core.config.AveragingConfig.BadNumbers;
import io.limbeck.core.config.AveragingConfig.Deltas;
import io.limbeck.core.config.OuterOptimizer;
import io.limbeck.core.config.ScheduleConfig;
import io.limbeck.core.error.UserException;
import io.limbeck.dl4j.graph.FrozenNetwork;
import io.limbeck.dl4j.graph.ParameterLayout;
import io.limbeck.spark.TestData;
import io.limbeck.spark.TestSpark;
import io.limbeck.spark.data.Block;
import io.limbeck.spark.data.DataSetBlock;
import io.limbeck.spark.data.ExampleSet;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.api.java.JavaRDD;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.api.MultiDataSet;
import org.nd4j.linalg.factory.Nd4j;

/** Numbers that are not finite are found before they are averaged, and named. */
class BadNumbersTest extends EngineFixture {
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
    FrozenNetwork network = (FrozenNetwork) setting.teacher.networks().get("");
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
}
