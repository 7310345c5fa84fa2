package io.limbeck.spark.round;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.limbeck.core.config.AveragingConfig.Deltas;
import io.limbeck.spark.TestSpark;
import io.limbeck.spark.data.ExampleSet;
import io.limbeck.spark.data.RoundBlocks;
import io.limbeck.spark.precision.FloatArray;
import io.limbeck.spark.worker.FrozenTeachers;
import io.limbeck.spark.worker.RoundStart;
import io.limbeck.spark.worker.RoundState;
import io.limbeck.spark.worker.RoundTask;
import io.limbeck.spark.worker.Totals;
import io.limbeck.spark.worker.WorkerPlan;
import io.limbeck.spark.worker.WorkerResult;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.spark.SparkEnv;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.storage.BlockId;
import org.junit.jupiter.api.Test;
import scala.collection.JavaConverters;

class RoundResultsTest extends EngineFixture {
  private static final int PARTITIONS = 3;

  /** The results of one partition are lost on the way, as often as a test wants it. */
  private static final class Losing extends RoundResults {
    private static final long serialVersionUID = 1L;
    private final transient AtomicInteger left;
    private final transient AtomicInteger taken = new AtomicInteger();

    Losing(OptionalLong broadcast, int times) {
      super(broadcast);
      this.left = new AtomicInteger(times);
    }

    @Override
    Optional<WorkerResult> take(Message message) {
      taken.incrementAndGet();
      boolean ours = message.field() != null && message.field().startsWith("result_1_");
      return ours && left.getAndDecrement() > 0 ? Optional.empty() : super.take(message);
    }
  }

  private final Setting setting = new Setting(true, NESTEROVS, 8, 3);

  private RoundStart start() {
    TrainingState state = setting.start();
    return RoundStart.of(
        TestSpark.context(),
        new RoundState(
            FloatArray.of(state.parameters()),
            FloatArray.of(state.updaterState()),
            state.lossStates(),
            0,
            0,
            2,
            0,
            true,
            Deltas.SINGLE));
  }

  private List<WorkerResult> run(ExampleSet examples, RoundStart start, RoundResults results) {
    Broadcast<WorkerPlan> plan = TestSpark.context().broadcast(setting.plan);
    Broadcast<FrozenTeachers> teacher = TestSpark.context().broadcast(setting.teacher);
    return RoundJob.run(
        TestSpark.context(),
        RoundBlocks.of(examples.blocks()),
        new RoundTask(plan, teacher, start, Totals.of(TestSpark.context().sc())),
        results);
  }

  private static List<String> blocksOf(RoundStart start) {
    List<BlockId> blocks =
        JavaConverters.seqAsJavaList(
            SparkEnv.get()
                .blockManager()
                .getMatchingBlockIds(
                    new scala.runtime.AbstractFunction1<BlockId, Object>() {
                      @Override
                      public Object apply(BlockId id) {
                        return id.name().startsWith(name(start));
                      }
                    }));
    return blocks.stream().map(BlockId::name).distinct().sorted().toList();
  }

  private static String name(RoundStart start) {
    return "broadcast_" + start.broadcastId().orElseThrow() + "_result_";
  }

  @Test
  void largeResults_areBlocksOfTheRoundsBroadcast_andGoWithIt() throws Exception {
    RoundStart start = start();
    List<WorkerResult> results =
        run(examples(50, PARTITIONS), start, new RoundResults(start.broadcastId()));
    assertThat(results).extracting(WorkerResult::partition).containsExactly(0, 1, 2);
    assertThat(blocksOf(start))
        .hasSize(PARTITIONS)
        .allMatch(id -> id.matches(".*_result_[012]_\\d+"));
    start.close();
    for (int i = 0; i < 50 && !blocksOf(start).isEmpty(); i++) {
      Thread.sleep(100);
    }
    assertThat(blocksOf(start)).isEmpty();
  }

  @Test
  void smallResults_areMessages() {
    try (RoundStart start = start()) {
      List<WorkerResult> results =
          run(examples(50, PARTITIONS), start, new RoundResults(OptionalLong.empty()));
      assertThat(results).extracting(WorkerResult::partition).containsExactly(0, 1, 2);
      assertThat(blocksOf(start)).isEmpty();
    }
  }

  @Test
  void lostResults_areMadeAgain_andNoOthers() {
    ExampleSet examples = examples(50, PARTITIONS);
    try (RoundStart start = start()) {
      List<WorkerResult> undisturbed = run(examples, start, new RoundResults(start.broadcastId()));
      Losing losing = new Losing(start.broadcastId(), 2);
      List<WorkerResult> disturbed = run(examples, start, losing);
      assertThat(losing.taken).hasValue(PARTITIONS + 2);
      assertThat(disturbed).hasSameSizeAs(undisturbed);
      for (int i = 0; i < PARTITIONS; i++) {
        assertThat(disturbed.get(i).partition()).isEqualTo(i);
        assertThat(disturbed.get(i).learnt().from(null))
            .isEqualTo(undisturbed.get(i).learnt().from(null));
      }
    }
  }

  @Test
  void resultsLostForever_areAnError() {
    ExampleSet examples = examples(50, PARTITIONS);
    try (RoundStart start = start()) {
      assertThatThrownBy(() -> run(examples, start, new Losing(start.broadcastId(), 100)))
          .hasMessage(
              "The results of the partitions [1] were lost with their executors 4 times in a row");
    }
  }

  @Test
  void blockOfAnExecutorThatIsGone_isEmpty() {
    assertThat(new RoundResults(OptionalLong.of(1 << 30)).take(new RoundResults.Message(null, "x")))
        .isEmpty();
  }
}
