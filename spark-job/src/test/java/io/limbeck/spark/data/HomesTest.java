package io.limbeck.spark.data;

import static org.assertj.core.api.Assertions.assertThat;

import io.limbeck.spark.TestSpark;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.apache.spark.SparkEnv;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.storage.BlockId;
import org.apache.spark.storage.RDDBlockId;
import org.apache.spark.storage.StorageLevel;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class HomesTest {
  private final List<Executor> executors = new ArrayList<>();

  private Homes homes(int partitions, int segments) {
    return new Homes(new Dealing(partitions, segments), () -> List.copyOf(executors));
  }

  private void come(int id, int slots) {
    executors.add(new Executor(String.valueOf(id), "host" + id, slots));
  }

  private void go(int id) {
    executors.removeIf(executor -> executor.id().equals(String.valueOf(id)));
  }

  /** The partitions of each executor, asked for in order. */
  private static Map<String, List<Integer>> byExecutor(Homes homes, int partitions) {
    Map<String, List<Integer>> all = new TreeMap<>();
    IntStream.range(0, partitions)
        .forEach(
            partition ->
                all.computeIfAbsent(homes.of(partition).orElseThrow().id(), id -> new ArrayList<>())
                    .add(partition));
    return all;
  }

  @Test
  void lastPlace_isWhatWasAskedForOrMoved_thoughItIsLost() {
    come(0, 1);
    Homes homes = homes(2, 1);
    assertThat(homes.last(1)).isEmpty();
    Executor first = homes.of(1).orElseThrow();
    go(0);
    assertThat(homes.last(1)).contains(first);
    come(1, 1);
    homes.settle();
    assertThat(homes.last(1)).isEqualTo(homes.of(1));
    assertThat(homes.last(1)).isNotEqualTo(Optional.of(first));
  }

  @Test
  void partitions_areSpreadByCores_inAnyOrderOfAsking() {
    come(0, 1);
    come(1, 2);
    Homes homes = homes(6, 1);
    assertThat(byExecutor(homes, 6).get("0")).hasSize(2);
    assertThat(byExecutor(homes, 6).get("1")).hasSize(4);
    assertThat(homes.settle()).isEmpty();
    Homes backwards = homes(3, 1);
    IntStream.of(2, 1, 0).forEach(backwards::of);
    assertThat(byExecutor(backwards, 3).get("0")).hasSize(1);
    assertThat(byExecutor(backwards, 3).get("1")).hasSize(2);
  }

  @Test
  void lostExecutor_itsPartitionsGoToTheEmptiest_othersStay() {
    IntStream.range(0, 3).forEach(id -> come(id, 1));
    Homes homes = homes(6, 1);
    Map<String, List<Integer>> before = byExecutor(homes, 6);
    go(1);
    come(7, 1);
    Map<String, List<Integer>> after = byExecutor(homes, 6);
    assertThat(after.get("7")).isEqualTo(before.get("1"));
    assertThat(after.get("0")).isEqualTo(before.get("0"));
    assertThat(after.get("2")).isEqualTo(before.get("2"));
  }

  @Test
  void laterExecutor_getsItsShareWhenARoundIsOver_andNoMoreIsMoved() {
    come(0, 1);
    come(1, 1);
    Homes homes = homes(6, 2);
    Map<String, List<Integer>> before = byExecutor(homes, 6);
    come(2, 1);
    assertThat(byExecutor(homes, 6)).isEqualTo(before);
    var moved = homes.settle();
    Map<String, List<Integer>> after = byExecutor(homes, 6);
    assertThat(moved).hasSize(2).containsExactlyElementsOf(after.get("2"));
    assertThat(before.get("0")).containsAll(after.get("0"));
    assertThat(before.get("1")).containsAll(after.get("1"));
    assertThat(homes.settle()).isEmpty();
  }

  /** A task that is tried again goes anywhere, and nobody asks for the home of its partition. */
  @Test
  void lostExecutor_nobodyHasAskedSince_itsPartitionsHaveAHomeAgain() {
    come(0, 1);
    come(1, 1);
    Homes homes = homes(2, 1);
    byExecutor(homes, 2);
    go(1);
    come(2, 1);
    assertThat(homes.settle()).containsExactly(1);
    assertThat(byExecutor(homes, 2)).containsOnlyKeys("0", "2");
  }

  @Test
  void allSegmentsOfAPartition_wantToBeInOnePlace() {
    come(3, 1);
    come(4, 1);
    Homes homes = homes(2, 3);
    JavaRDD<Integer> kept = homes.at(TestSpark.context().parallelize(List.of(0, 1, 2, 3, 4, 5), 6));
    for (int block = 0; block < 6; block++) {
      assertThat(kept.rdd().preferredLocations(kept.partitions().get(block)).mkString())
          .isEqualTo(block % 2 == 0 ? "executor_host3_3" : "executor_host4_4");
    }
    assertThat(kept.collect()).containsExactly(0, 1, 2, 3, 4, 5);
  }

  /** Here all is kept by the driver, which is nobody's home. */
  @Test
  void whatIsKeptElsewhere_isForgotten_withWhatIsMadeOfIt() {
    come(3, 1);
    Homes homes = homes(2, 2);
    JavaRDD<Integer> kept =
        homes
            .at(TestSpark.context().parallelize(List.of(0, 1, 2, 3), 4))
            .persist(StorageLevel.MEMORY_ONLY());
    JavaRDD<Integer> madeOfIt = kept.map(each -> 2 * each).persist(StorageLevel.MEMORY_ONLY());
    homes.follow(madeOfIt);
    madeOfIt.count();
    assertThat(keptBlocks(kept, madeOfIt)).isEqualTo(8);
    assertThat(homes.settle()).containsExactly(0, 1);
    assertThat(keptBlocks(kept, madeOfIt)).isZero();
    assertThat(madeOfIt.collect()).containsExactly(0, 2, 4, 6);
    madeOfIt.unpersist(true);
    kept.unpersist(true);
  }

  private static long keptBlocks(JavaRDD<?>... rdds) {
    return Arrays.stream(rdds)
        .flatMap(
            rdd ->
                IntStream.range(0, 4).<BlockId>mapToObj(block -> new RDDBlockId(rdd.id(), block)))
        .filter(block -> SparkEnv.get().blockManager().master().contains(block))
        .count();
  }

  /** Otherwise this would wait for a day. */
  @Test
  @Timeout(60)
  void inOneProcess_tasksRunWhereTheyAre_andNobodyWaits() {
    Executor.await(TestSpark.context().sc(), 1000, Duration.ofDays(1));
    assertThat(Executor.of(TestSpark.context().sc())).isEmpty();
    assertThat(Homes.of(TestSpark.context().sc(), new Dealing(2, 1)).of(0)).isEmpty();
  }
}
