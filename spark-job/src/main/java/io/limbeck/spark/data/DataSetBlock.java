package io.limbeck.spark.data;

import java.util.List;
import java.util.SplittableRandom;
import org.nd4j.linalg.dataset.api.MultiDataSet;

/**
 * A partition of an RDD of DL4J's own data sets: each of them is a mini-batch, and they are
 * shuffled as wholes.
 */
public final class DataSetBlock implements Block {
  private static final long serialVersionUID = 1L;
  private static final long SHUFFLE = 1;

  private final int partition;
  private final List<MultiDataSet> batches;

  /**
   * A block.
   *
   * @param partition which partition
   * @param batches its data sets, with one array of features and one of labels each
   */
  public DataSetBlock(int partition, List<MultiDataSet> batches) {
    this.partition = partition;
    this.batches = List.copyOf(batches);
  }

  @Override
  public int partition() {
    return partition;
  }

  @Override
  public int size() {
    return batches.stream().mapToInt(batch -> (int) batch.getFeatures(0).size(0)).sum();
  }

  /** The data sets are the batches, whatever size is asked for. */
  @Override
  public int steps(int batchSize) {
    return batches.size();
  }

  @Override
  public Pass training(long seed, int epoch, int batchSize) {
    int[] order =
        Shuffle.order(
            batches.size(), new SplittableRandom(Seeds.derive(seed, SHUFFLE, epoch, partition)));
    return step -> batch(order[step]);
  }

  @Override
  public Pass inOrder(int batchSize) {
    return this::batch;
  }

  private Batch batch(int index) {
    MultiDataSet batch = batches.get(index);
    return new Batch(batch.getFeatures(0), batch.getLabels(0), null);
  }
}
