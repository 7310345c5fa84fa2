package io.limbeck.spark.data;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.spark.SparkContext;
import org.apache.spark.SparkEnv;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.storage.BlockId;
import org.apache.spark.storage.BlockManagerId;
import org.apache.spark.storage.BlockManagerMaster;
import org.apache.spark.storage.RDDBlockId;
import scala.collection.JavaConverters;
import scala.collection.Seq;

/**
 * Which executor keeps which partition, and so runs its rounds: as many each as they have cores
 * for. Left to itself, Spark packs examples where the task that read them was, be it on one
 * executor for all, and then waits for that one while the others are idle. When executors are lost
 * or come, {@link #settle} moves as few partitions as it takes.
 */
public final class Homes {
  private static final Duration PATIENCE = Duration.ofSeconds(5);

  private final Dealing dealing;
  private final Supplier<List<Executor>> executors;
  private final Map<Integer, Executor> homes = new TreeMap<>();
  private final List<Integer> kept = new ArrayList<>();

  Homes(Dealing dealing, Supplier<List<Executor>> executors) {
    this.dealing = dealing;
    this.executors = executors;
  }

  /**
   * Homes of partitions among a Spark's executors.
   *
   * @param spark the context
   * @param dealing into segments of partitions
   */
  static Homes of(SparkContext spark, Dealing dealing) {
    return new Homes(dealing, () -> Executor.of(spark));
  }

  /** No homes: where nothing is kept, tasks run anywhere. */
  static Homes none() {
    return new Homes(new Dealing(1, 1), List::of);
  }

  /**
   * Segments that want to be at home.
   *
   * @param blocks one for each segment
   */
  public <T> JavaRDD<T> at(JavaRDD<T> blocks) {
    JavaRDD<T> homed =
        new JavaRDD<>(
            new HomedRDD<>(blocks.rdd(), dealing, this, blocks.classTag()), blocks.classTag());
    follow(homed);
    return homed;
  }

  /**
   * Segments that are kept where others are, of which they are made.
   *
   * @param blocks one for each segment
   */
  public synchronized void follow(JavaRDD<?> blocks) {
    kept.add(blocks.id());
  }

  /** Where a partition is to be; nowhere in particular where the driver runs the tasks itself. */
  synchronized Optional<Executor> of(int partition) {
    List<Executor> now = executors.get();
    Executor home = homes.get(partition);
    if (home == null || !now.contains(home)) {
      homes.remove(partition);
      emptiest(now).ifPresent(executor -> homes.put(partition, executor));
    }
    return Optional.ofNullable(homes.get(partition));
  }

  /** Where a partition was to be when it was last asked for or moved, be that place lost or not. */
  synchronized Optional<Executor> last(int partition) {
    return Optional.ofNullable(homes.get(partition));
  }

  /**
   * Evens out what executors have that were lost, or came later; between two rounds. What a task
   * that was tried again has packed elsewhere is brought home as well.
   *
   * @return the partitions that are packed again
   */
  synchronized Set<Integer> settle() {
    List<Executor> now = executors.get();
    if (now.isEmpty()) {
      return Set.of();
    }
    Set<Integer> moved = astray();
    for (int partition = 0; partition < dealing.partitions(); partition++) {
      Executor home = homes.get(partition);
      if (home == null || !now.contains(home)) {
        homes.remove(partition);
        homes.put(partition, emptiest(now).orElseThrow());
        moved.add(partition);
      }
    }
    while (moveOne(now, moved)) {}
    if (!moved.isEmpty() && !kept.isEmpty()) {
      forget(moved);
    }
    return moved;
  }

  /** Partitions that are kept, but not at home. */
  private Set<Integer> astray() {
    Set<Integer> astray = new TreeSet<>();
    for (int rdd : kept) {
      BlockId[] first =
          IntStream.range(0, dealing.partitions())
              .mapToObj(partition -> new RDDBlockId(rdd, dealing.block(partition, 0)))
              .toArray(BlockId[]::new);
      List<Seq<BlockManagerId>> places = places(first);
      for (int partition = 0; partition < first.length; partition++) {
        Executor home = homes.get(partition);
        List<BlockManagerId> now = JavaConverters.seqAsJavaList(places.get(partition));
        if (home != null
            && !now.isEmpty()
            && now.stream().noneMatch(place -> place.executorId().equals(home.id()))) {
          astray.add(partition);
        }
      }
    }
    return astray;
  }

  private boolean moveOne(List<Executor> now, Set<Integer> moved) {
    Executor to = emptiest(now).orElse(null);
    Executor from =
        now.stream().max(Comparator.comparingDouble(each -> load(each, 0))).orElse(null);
    if (to == null || load(from, 0) <= load(to, 1)) {
      return false;
    }
    for (Map.Entry<Integer, Executor> home : homes.entrySet()) {
      if (home.getValue().equals(from)) {
        home.setValue(to);
        moved.add(home.getKey());
        return true;
      }
    }
    return false;
  }

  private Optional<Executor> emptiest(List<Executor> now) {
    return now.stream().min(Comparator.comparingDouble(each -> load(each, 1)));
  }

  /** Partitions for each of an executor's slots, if it had some more. */
  private double load(Executor executor, int more) {
    long partitions = homes.values().stream().filter(executor::equals).count();
    return (double) (partitions + more) / executor.slots();
  }

  /**
   * What is kept of partitions is packed again at their new homes. Executors are told, and tell the
   * master when they have done it; a job that came before that would go to the old ones.
   */
  private void forget(Set<Integer> partitions) {
    BlockId[] blocks =
        kept.stream()
            .flatMap(rdd -> partitions.stream().flatMap(partition -> blocks(rdd, partition)))
            .toArray(BlockId[]::new);
    for (BlockId block : blocks) {
      master().removeBlock(block);
    }
    long last = System.nanoTime() + PATIENCE.toNanos();
    while (places(blocks).stream().anyMatch(place -> !place.isEmpty())
        && System.nanoTime() < last) {
      LockSupport.parkNanos(1_000_000);
    }
  }

  private Stream<BlockId> blocks(int rdd, int partition) {
    return IntStream.range(0, dealing.segments())
        .mapToObj(segment -> new RDDBlockId(rdd, dealing.block(partition, segment)));
  }

  /** Where each block is kept. */
  private static List<Seq<BlockManagerId>> places(BlockId... blocks) {
    return JavaConverters.seqAsJavaList(master().getLocations(blocks));
  }

  private static BlockManagerMaster master() {
    return SparkEnv.get().blockManager().master();
  }
}
