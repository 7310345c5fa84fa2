package io.limbeck.spark.data;

import static org.assertj.core.api.Assertions.assertThat;

import io.limbeck.spark.TestSpark;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.spark.api.java.JavaRDD;
import org.junit.jupiter.api.Test;

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

  private static Homes settled(Homes homes, int partitions) {
    IntStream.range(0, partitions).forEach(homes::of);
    homes.settle();
    return homes;
  }

  @Test
  void partitions_areSpreadByCores_inAnyOrderOfAsking() {
    come(0, 1);
    come(1, 2);
    assertThat(settled(homes(6, 1), 6).byExecutor().get("0")).hasSize(2);
    assertThat(settled(homes(6, 1), 6).byExecutor().get("1")).hasSize(4);
    Homes backwards = homes(3, 1);
    IntStream.of(2, 1, 0).forEach(backwards::of);
    assertThat(backwards.byExecutor().get("0")).hasSize(1);
    assertThat(backwards.byExecutor().get("1")).hasSize(2);
  }

  @Test
  void lostExecutor_itsPartitionsGoToTheEmptiest_othersStay() {
    IntStream.range(0, 3).forEach(id -> come(id, 1));
    Homes homes = settled(homes(6, 1), 6);
    List<Integer> ofFirst = homes.byExecutor().get("0");
    List<Integer> lost = homes.byExecutor().get("1");
    go(1);
    come(7, 1);
    lost.forEach(homes::of);
    assertThat(homes.byExecutor().get("7")).isEqualTo(lost);
    assertThat(homes.byExecutor().get("0")).isEqualTo(ofFirst);
  }

  @Test
  void laterExecutor_getsItsShareWhenARoundIsOver_andNoMoreIsMoved() {
    come(0, 1);
    come(1, 1);
    Homes homes = settled(homes(6, 2), 6);
    List<Integer> ofFirst = homes.byExecutor().get("0");
    List<Integer> ofSecond = homes.byExecutor().get("1");
    come(2, 1);
    IntStream.range(0, 6).forEach(homes::of);
    assertThat(homes.byExecutor()).doesNotContainKey("2");
    homes.settle();
    assertThat(homes.byExecutor().get("2")).hasSize(2);
    assertThat(ofFirst).containsAll(homes.byExecutor().get("0"));
    assertThat(ofSecond).containsAll(homes.byExecutor().get("1"));
    var before = homes.byExecutor();
    homes.settle();
    assertThat(homes.byExecutor()).isEqualTo(before);
  }

  /** A task that is tried again goes anywhere, and nobody asks for the home of its partition. */
  @Test
  void lostExecutor_nobodyHasAskedSince_itsPartitionsHaveAHomeAgain() {
    come(0, 1);
    come(1, 1);
    Homes homes = settled(homes(2, 1), 2);
    go(1);
    come(2, 1);
    homes.settle();
    assertThat(homes.byExecutor()).containsOnlyKeys("0", "2");
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

  @Test
  void inOneProcess_tasksRunWhereTheyAre_andNobodyWaits() {
    long start = System.nanoTime();
    Executor.await(TestSpark.context().sc(), 1000, Duration.ofSeconds(60));
    assertThat(System.nanoTime() - start).isLessThan(Duration.ofSeconds(30).toNanos());
    assertThat(Executor.of(TestSpark.context().sc())).isEmpty();
    assertThat(Homes.of(TestSpark.context().sc(), new Dealing(2, 1)).of(0)).isEmpty();
  }
}
