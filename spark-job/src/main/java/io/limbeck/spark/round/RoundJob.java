package io.limbeck.spark.round;

import io.limbeck.spark.data.Block;
import io.limbeck.spark.worker.RoundTask;
import io.limbeck.spark.worker.WorkerResult;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
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
  private static final ClassTag<WorkerResult[]> RESULTS =
      ClassTag$.MODULE$.apply(WorkerResult[].class);

  private RoundJob() {}

  /**
   * Runs a round.
   *
   * @param spark the context
   * @param blocks of the partitions
   * @param task on each of them
   * @return in the order of the partitions
   */
  static List<WorkerResult> run(JavaSparkContext spark, JavaRDD<Block> blocks, RoundTask task) {
    WorkerResult[][] results = new WorkerResult[blocks.getNumPartitions()][];
    spark
        .sc()
        .runJob(
            blocks.rdd(), new OnPartition(task), all(results.length), new Keep(results), RESULTS);
    return Arrays.stream(results)
        .flatMap(Stream::of)
        .sorted(Comparator.comparingInt(WorkerResult::partition))
        .collect(Collectors.toList());
  }

  private static Seq<Object> all(int partitions) {
    return JavaConverters.<Object>asScalaBuffer(
            IntStream.range(0, partitions).<Object>mapToObj(i -> i).toList())
        .toSeq();
  }

  private static final class OnPartition
      extends AbstractFunction2<TaskContext, Iterator<Block>, WorkerResult[]>
      implements Serializable {
    private static final long serialVersionUID = 1L;
    private final RoundTask task;

    OnPartition(RoundTask task) {
      this.task = task;
    }

    @Override
    public WorkerResult[] apply(TaskContext context, Iterator<Block> blocks) {
      List<WorkerResult> results = new ArrayList<>();
      while (blocks.hasNext()) {
        results.add(task.call(blocks.next()));
      }
      return results.toArray(WorkerResult[]::new);
    }
  }

  /** Spark hands results over one at a time. */
  private static final class Keep extends AbstractFunction2<Object, WorkerResult[], BoxedUnit> {
    private final WorkerResult[][] results;

    Keep(WorkerResult[][] results) {
      this.results = results;
    }

    @Override
    public BoxedUnit apply(Object partition, WorkerResult[] ofPartition) {
      results[(Integer) partition] = ofPartition;
      return BoxedUnit.UNIT;
    }
  }
}
