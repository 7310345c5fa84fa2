package io.limbeck.spark.data;

import java.io.Serializable;
import org.apache.spark.Partition;
import org.apache.spark.SparkEnv;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.rdd.PartitionPruningRDD;
import org.apache.spark.rdd.RDD;
import org.apache.spark.storage.BlockManagerId;
import org.apache.spark.storage.RDDBlockId;
import scala.collection.JavaConverters;
import scala.reflect.ClassTag$;
import scala.runtime.AbstractFunction1;

/**
 * The segments as Spark keeps them, all of a partition on one executor if it can be: where the
 * first of them is. Else a partition's rounds would wander from executor to executor, and two of
 * them meet on one while another is idle.
 */
final class SegmentRDD extends RDD<Packer.Packed> {
  private static final long serialVersionUID = 1L;

  private final Dealing dealing;

  SegmentRDD(RDD<Packer.Packed> packed, Dealing dealing) {
    super(packed, ClassTag$.MODULE$.apply(Packer.Packed.class));
    this.dealing = dealing;
  }

  /** Has the first segment of every partition packed and kept; the others go to where these are. */
  void placeFirst() {
    new JavaRDD<>(PartitionPruningRDD.create(this, new IsFirst(dealing)), elementClassTag())
        .foreach(packed -> {});
  }

  /** A lambda would not be a serializable Scala function. */
  private static final class IsFirst extends AbstractFunction1<Object, Object>
      implements Serializable {
    private static final long serialVersionUID = 1L;
    private final Dealing dealing;

    IsFirst(Dealing dealing) {
      this.dealing = dealing;
    }

    @Override
    public Object apply(Object block) {
      return dealing.segment((Integer) block) == 0;
    }
  }

  @Override
  public Partition[] getPartitions() {
    return parent().partitions();
  }

  @Override
  public scala.collection.Iterator<Packer.Packed> compute(Partition split, TaskContext context) {
    return parent().iterator(split, context);
  }

  private RDD<Packer.Packed> parent() {
    return firstParent(ClassTag$.MODULE$.<Packer.Packed>apply(Packer.Packed.class));
  }

  @Override
  public scala.collection.Seq<String> getPreferredLocations(Partition split) {
    int first = dealing.block(dealing.partition(split.index()), 0);
    java.util.List<String> places = new java.util.ArrayList<>();
    if (first != split.index()) {
      for (BlockManagerId place :
          JavaConverters.seqAsJavaList(
              SparkEnv.get().blockManager().master().getLocations(new RDDBlockId(id(), first)))) {
        places.add("executor_" + place.host() + "_" + place.executorId());
      }
    }
    return JavaConverters.asScalaBuffer(places).toSeq();
  }
}
