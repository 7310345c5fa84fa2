package io.limbeck.spark.round;

import static org.assertj.core.api.Assertions.assertThat;

import io.limbeck.spark.TestSpark;
import io.limbeck.spark.data.Block;
import io.limbeck.spark.data.ExampleSet;
import java.util.List;
import org.apache.spark.SparkEnv;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.storage.RDDBlockId;
import org.junit.jupiter.api.Test;

/** What happens around rounds leaves no trace in them, and they none around them. */
class DisturbedRoundsTest extends EngineFixture {
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

  /** Such as a memory that is full, or an executor that is lost, makes of them. */
  @Test
  void blocksNobodyKeepsAnyMore_areMadeAgain_sameBits() {
    ExampleSet examples = examples(50, 3);
    Setting setting = new Setting(true, NESTEROVS, 8, 3);
    TrainingState undisturbed = setting.train(examples, every(2), 2);
    TrainingState disturbed = setting.epoch(examples, every(2), setting.start(), 0);
    assertThat(kept(examples)).containsExactly(0, 1, 2);

    RDDBlockId lost = new RDDBlockId(examples.persisted().id(), 1);
    SparkEnv.get().blockManager().removeBlock(lost, true);
    assertThat(kept(examples)).containsExactly(0, 2);
    disturbed = setting.epoch(examples, every(2), disturbed, 1);

    assertThat(disturbed.parameters()).isEqualTo(undisturbed.parameters());
    assertThat(disturbed.updaterState()).isEqualTo(undisturbed.updaterState());
    assertThat(kept(examples)).containsExactly(0, 1, 2);
  }

  private static List<Integer> kept(ExampleSet examples) {
    return examples.training(1, 8).blocks(0, 0, 1).kept().map(Block::partition).collect();
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
    Thread.sleep(500);
    long kept = keptBySpark();
    for (int epoch = 0; epoch < 50; epoch++) {
      state = setting.epoch(examples, every(1), state, epoch);
    }
    assertThat(TestSpark.context().getPersistentRDDs()).hasSizeLessThanOrEqualTo(persisted);
    assertThat(heapMib() - heap).isLessThan(45);
    Thread.sleep(500);
    assertThat(keptBySpark() - kept).isLessThan(2 << 20);
  }
}
