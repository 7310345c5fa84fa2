package io.limbeck.spark.round;

import io.limbeck.spark.data.Block;
import io.limbeck.spark.data.RoundBlocks;
import io.limbeck.spark.device.GpuDemand;
import io.limbeck.spark.worker.RoundTask;
import io.limbeck.spark.worker.WorkerResult;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import scala.collection.Iterator;
import scala.collection.JavaConverters;
import scala.collection.Seq;
import scala.reflect.ClassTag;
import scala.reflect.ClassTag$;
import scala.runtime.AbstractFunction2;
import scala.runtime.BoxedUnit;

/**
 * A round as a Spark job. It does what {@code blocks.map(task).collect()} would do, but those make
 * closures of Scala's, and for each one Spark reads and parses class files in every job, to see
 * what may be cut off it: half of what a short job costs. Functions that are classes of their own
 * are taken as they are.
 */
final class RoundJob {
  private static final ClassTag<RoundResults.Message[]> MESSAGES =
      ClassTag$.MODULE$.apply(RoundResults.Message[].class);

  /** As often as Spark, by default, tries a task. */
  private static final int ATTEMPTS = 4;

  /** Results are fetched while other partitions still train; threads end when not needed. */
  private static final ExecutorService FETCHERS =
      Executors.newCachedThreadPool(
          runnable -> {
            Thread thread = new Thread(runnable, "limbeck-round-results");
            thread.setDaemon(true);
            return thread;
          });

  private RoundJob() {}

  /**
   * Runs a round. Partitions whose blocks nobody keeps any more, or whose results are lost on their
   * way, with the executor that had them, are run again.
   *
   * @param spark the context
   * @param blocks of the partitions
   * @param task on each of them
   * @param results how they come back
   * @return in the order of the partitions
   * @throws IllegalStateException when results are lost again and again
   */
  static List<WorkerResult> run(
      JavaSparkContext spark, RoundBlocks blocks, RoundTask task, RoundResults results) {
    Map<Integer, List<WorkerResult>> arrived = new TreeMap<>();
    List<Integer> missing = IntStream.range(0, blocks.partitions()).boxed().toList();
    for (int attempt = 0; !missing.isEmpty() && attempt < ATTEMPTS; attempt++) {
      boolean asKept = attempt == 0 && blocks.areKept();
      JavaRDD<Block> from = asKept ? blocks.kept() : blocks.made();
      arrived.putAll(run(spark, from, new OnPartition(task, results), missing));
      if (asKept) {
        arrived.values().removeIf(List::isEmpty);
      }
      missing = missing.stream().filter(partition -> !arrived.containsKey(partition)).toList();
    }
    if (!missing.isEmpty()) {
      throw new IllegalStateException(
          "The results of the partitions %s were lost with their executors %d times in a row"
              .formatted(missing, ATTEMPTS));
    }
    List<WorkerResult> all = new ArrayList<>();
    arrived.values().forEach(all::addAll);
    all.sort(Comparator.comparingInt(WorkerResult::partition));
    return all;
  }

  private static Map<Integer, List<WorkerResult>> run(
      JavaSparkContext spark, JavaRDD<Block> blocks, OnPartition task, List<Integer> partitions) {
    Fetch fetch = new Fetch(task.results, partitions);
    Seq<Object> numbers =
        JavaConverters.<Object>asScalaBuffer(new ArrayList<Object>(partitions)).toSeq();
    JavaRDD<Block> placed = GpuDemand.of(spark.getConf()).on(blocks);
    spark.sc().runJob(placed.rdd(), task, numbers, fetch, MESSAGES);
    return fetch.arrived();
  }

  private static final class OnPartition
      extends AbstractFunction2<TaskContext, Iterator<Block>, RoundResults.Message[]>
      implements Serializable {
    private static final long serialVersionUID = 1L;
    private final RoundTask task;
    private final RoundResults results;

    OnPartition(RoundTask task, RoundResults results) {
      this.task = task;
      this.results = results;
    }

    @Override
    public RoundResults.Message[] apply(TaskContext context, Iterator<Block> blocks) {
      List<RoundResults.Message> messages = new ArrayList<>();
      while (blocks.hasNext()) {
        messages.add(results.send(task.call(blocks.next())));
      }
      return messages.toArray(RoundResults.Message[]::new);
    }
  }

  /** Spark hands messages over one at a time, in the thread that schedules; others fetch. */
  private static final class Fetch
      extends AbstractFunction2<Object, RoundResults.Message[], BoxedUnit> {
    private final RoundResults results;
    private final List<Integer> partitions;
    private final Map<Integer, CompletableFuture<Optional<List<WorkerResult>>>> fetched =
        new TreeMap<>();

    Fetch(RoundResults results, List<Integer> partitions) {
      this.results = results;
      this.partitions = partitions;
    }

    @Override
    public BoxedUnit apply(Object index, RoundResults.Message[] messages) {
      fetched.put(
          partitions.get((Integer) index),
          CompletableFuture.supplyAsync(() -> take(messages), FETCHERS));
      return BoxedUnit.UNIT;
    }

    private Optional<List<WorkerResult>> take(RoundResults.Message[] messages) {
      List<WorkerResult> all = new ArrayList<>();
      for (RoundResults.Message message : messages) {
        Optional<WorkerResult> result = results.take(message);
        if (result.isEmpty()) {
          return Optional.empty();
        }
        all.add(result.get());
      }
      return Optional.of(all);
    }

    Map<Integer, List<WorkerResult>> arrived() {
      Map<Integer, List<WorkerResult>> arrived = new TreeMap<>();
      fetched.forEach(
          (partition, result) -> result.join().ifPresent(all -> arrived.put(partition, all)));
      return arrived;
    }
  }
}
