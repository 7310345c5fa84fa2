package io.limbeck.spark.data;

import java.util.List;
import org.apache.spark.Partition;
import org.apache.spark.TaskContext;
import org.apache.spark.rdd.RDD;
import scala.collection.Iterator;
import scala.collection.JavaConverters;
import scala.collection.Seq;
import scala.reflect.ClassTag;

/** Segments that want to be kept at the home of their partition. */
final class HomedRDD<T> extends RDD<T> {
  private static final long serialVersionUID = 1L;

  private final ClassTag<T> tag;
  private final Dealing dealing;

  /** Only the driver asks. */
  private final transient Homes homes;

  HomedRDD(RDD<T> segments, Dealing dealing, Homes homes, ClassTag<T> tag) {
    super(segments, tag);
    this.tag = tag;
    this.dealing = dealing;
    this.homes = homes;
  }

  @Override
  public Partition[] getPartitions() {
    return firstParent(tag).partitions();
  }

  @Override
  public Iterator<T> compute(Partition split, TaskContext context) {
    return this.<T>firstParent(tag).iterator(split, context);
  }

  @Override
  public Seq<String> getPreferredLocations(Partition split) {
    List<String> places =
        homes.of(dealing.partition(split.index())).stream().map(Executor::location).toList();
    return JavaConverters.asScalaBuffer(places).toSeq();
  }
}
