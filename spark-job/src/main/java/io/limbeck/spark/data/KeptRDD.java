package io.limbeck.spark.data;

import java.util.List;
import java.util.Optional;
import org.apache.spark.Dependency;
import org.apache.spark.Partition;
import org.apache.spark.SparkEnv;
import org.apache.spark.TaskContext;
import org.apache.spark.rdd.RDD;
import org.apache.spark.storage.BlockResult;
import org.apache.spark.storage.RDDBlockId;
import scala.Option;
import scala.collection.Iterator;
import scala.collection.JavaConverters;
import scala.collection.Seq;
import scala.reflect.ClassTag;
import scala.reflect.ClassTag$;

/**
 * Blocks as executors keep them, without how they came to be: a round's tasks would read all of
 * that, only to find that they do not need it. A partition whose examples nobody keeps any more is
 * empty here.
 */
final class KeptRDD extends RDD<Block> {
  private static final long serialVersionUID = 1L;
  private static final int NONE = -1;

  private final int examples;
  private final int outputs;

  // What only the driver asks does not travel.
  private final transient RDD<?> made;
  private final transient Homes homes;

  private KeptRDD(RDD<?> examples, int outputs, Homes homes) {
    super(
        examples.sparkContext(),
        JavaConverters.asScalaBuffer(List.<Dependency<?>>of()).toSeq(),
        ClassTag$.MODULE$.apply(Block.class));
    this.made = examples;
    this.examples = examples.id();
    this.outputs = outputs;
    this.homes = homes;
  }

  /**
   * Blocks of one segment each.
   *
   * @param examples persisted, what {@link Packer} makes
   * @param outputs persisted, the {@link TeacherOutputs} of each block; null for none
   * @param homes which executor keeps which partition
   */
  static KeptRDD of(RDD<?> examples, RDD<TeacherOutputs> outputs, Homes homes) {
    return new KeptRDD(examples, outputs == null ? NONE : outputs.id(), homes);
  }

  /** Those of the examples: numbers. */
  @Override
  public Partition[] getPartitions() {
    return made.partitions();
  }

  /** Each round asks for each of them, and where one is lost its task is as well off anywhere. */
  @Override
  public Seq<String> getPreferredLocations(Partition split) {
    List<String> places = homes.last(split.index()).stream().map(Executor::location).toList();
    return JavaConverters.asScalaBuffer(places).toSeq();
  }

  @Override
  public Iterator<Block> compute(Partition split, TaskContext context) {
    Optional<Block> found =
        kept(examples, split.index(), Packer.Packed.class).map(Packer.Packed::block);
    if (outputs != NONE) {
      found =
          found.flatMap(
              block -> kept(outputs, split.index(), TeacherOutputs.class).map(block::with));
    }
    return JavaConverters.asScalaIterator(found.stream().iterator());
  }

  private static <T> Optional<T> kept(int rdd, int partition, Class<T> type) {
    ClassTag<T> tag = ClassTag$.MODULE$.apply(type);
    Option<BlockResult> block =
        SparkEnv.get().blockManager().get(new RDDBlockId(rdd, partition), tag);
    if (block.isEmpty()) {
      return Optional.empty();
    }
    Iterator<Object> data = block.get().data();
    T value = type.cast(data.next());
    // Asked for more, the iterator ends and lets go of the block.
    data.hasNext();
    return Optional.of(value);
  }
}
