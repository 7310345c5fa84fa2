package io.limbeck.spark.data;

import io.limbeck.core.config.DataConfig.Contrast;
import io.limbeck.core.config.DataConfig.SampleMode;
import io.limbeck.core.error.UserException;
import java.io.Serializable;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/**
 * Draws the examples that each example of a mini-batch is compared with. Which they are depends on
 * the seed, the epoch and the example alone, not on partitions.
 */
public final class ContrastSampler implements Serializable {
  private static final long serialVersionUID = 1L;
  private static final long POOL = 4;
  private static final long DRAW = 5;

  private final Contrast config;
  private final long seed;
  private final int[] labels;
  private final ClassOrder all;
  private final ClassOrder pool;

  /**
   * A sampler.
   *
   * @param config how many and which
   * @param labels of all training examples, by their number
   * @param classes that there are
   * @param seed of the run
   * @throws UserException when a class has nothing to be compared with
   */
  public ContrastSampler(Contrast config, int[] labels, int classes, long seed) {
    this.config = config;
    this.seed = seed;
    this.labels = labels;
    this.all = ClassOrder.of(labels, IntStream.range(0, labels.length).toArray(), classes);
    this.pool =
        config.percent() == 1
            ? all
            : ClassOrder.of(labels, share(labels.length, config.percent(), seed), classes);
    for (int label = 0; label < classes; label++) {
      if (all.size(label) > 0 && pool.others(label) == 0) {
        throw new UserException(
            "'data.contrast': the %d examples of class %d have no example of another class to be compared with"
                .formatted(all.size(label), label));
      }
    }
  }

  private static int[] share(int examples, double percent, long seed) {
    int[] order = Shuffle.order(examples, new SplittableRandom(Seeds.derive(seed, POOL)));
    return IntStream.of(order).limit(Math.round(percent * examples)).sorted().toArray();
  }

  /**
   * Draws for a mini-batch.
   *
   * @param sampleIdx numbers of its examples
   * @param epoch from 0
   * @return for each example the number of one of its class, then those of the negatives
   */
  public int[][] draw(int[] sampleIdx, int epoch) {
    int[] scratch = Shuffle.identity(labels.length);
    int[][] compared = new int[sampleIdx.length][];
    for (int i = 0; i < sampleIdx.length; i++) {
      int example = sampleIdx[i];
      SplittableRandom random = new SplittableRandom(Seeds.derive(seed, DRAW, epoch, example));
      compared[i] = new int[config.negNum() + 1];
      compared[i][0] = positive(example, random);
      negatives(labels[example], random, scratch, compared[i]);
    }
    return compared;
  }

  private int positive(int example, SplittableRandom random) {
    return config.sampleMode() == SampleMode.EXACT
        ? example
        : all.of(labels[example], random.nextInt(all.size(labels[example])));
  }

  /** The first steps of a shuffle, which are then taken back so that no draw hangs on another. */
  private void negatives(int label, SplittableRandom random, int[] scratch, int[] drawn) {
    int others = pool.others(label);
    int count = drawn.length - 1;
    if (count > others) {
      for (int k = 1; k <= count; k++) {
        drawn[k] = pool.other(label, random.nextInt(others));
      }
      return;
    }
    int[] swaps = new int[count];
    for (int k = 0; k < count; k++) {
      swaps[k] = k + random.nextInt(others - k);
      swap(scratch, k, swaps[k]);
      drawn[k + 1] = pool.other(label, scratch[k]);
    }
    for (int k = count - 1; k >= 0; k--) {
      swap(scratch, k, swaps[k]);
    }
  }

  private static void swap(int[] array, int i, int j) {
    int kept = array[i];
    array[i] = array[j];
    array[j] = kept;
  }
}
