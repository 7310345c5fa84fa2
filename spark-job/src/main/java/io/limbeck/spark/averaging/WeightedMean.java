package io.limbeck.spark.averaging;

import java.util.Collection;
import java.util.List;
import java.util.TreeMap;
import java.util.stream.IntStream;

/**
 * The weighted mean of vectors: {@code sum(w_k / sum(w) * v_k)}, as in federated averaging (H. B.
 * McMahan et al., "Communication-Efficient Learning of Deep Networks from Decentralized Data",
 * AISTATS 2017, algorithm 1).
 *
 * <p>Contributions may come in any order and be merged in any grouping: they are kept by partition
 * and summed in partition order, in double precision, so the mean is the same bit for bit. The mean
 * of one vector is that vector.
 */
public final class WeightedMean {
  private static final int CHUNK = 2048;

  private final TreeMap<Integer, Contribution> contributions = new TreeMap<>();

  /**
   * Adds a partition.
   *
   * @param contribution one for each partition
   * @return this
   * @throws IllegalArgumentException when the partition is there already
   */
  public WeightedMean add(Contribution contribution) {
    if (contributions.putIfAbsent(contribution.partition(), contribution) != null) {
      throw new IllegalArgumentException(
          "Partition " + contribution.partition() + " contributes twice");
    }
    return this;
  }

  /**
   * Adds what another one holds.
   *
   * @param other with other partitions
   * @return this
   */
  public WeightedMean merge(WeightedMean other) {
    other.contributions.values().forEach(this::add);
    return this;
  }

  /**
   * Adds several.
   *
   * @param several one for each partition
   * @return a new mean of them
   */
  public static WeightedMean of(Collection<Contribution> several) {
    WeightedMean mean = new WeightedMean();
    several.forEach(mean::add);
    return mean;
  }

  /** The sum of the weights. */
  public double weight() {
    return contributions.values().stream().mapToDouble(Contribution::weight).sum();
  }

  /**
   * The mean.
   *
   * @param otherwise what to return when nothing with a weight was added
   */
  public float[] mean(float[] otherwise) {
    double weight = weight();
    if (weight == 0) {
      return otherwise;
    }
    List<Contribution> counting =
        contributions.values().stream().filter(each -> each.weight() > 0).toList();
    float[] mean = new float[counting.get(0).values().length];
    int chunks = (mean.length + CHUNK - 1) / CHUNK;
    IntStream.range(0, chunks)
        .parallel()
        .forEach(
            chunk -> {
              int from = chunk * CHUNK;
              fill(mean, from, Math.min(mean.length, from + CHUNK), counting, weight);
            });
    return mean;
  }

  /** One piece of the mean, short enough for the fastest cache. */
  private static void fill(
      float[] mean, int from, int to, List<Contribution> contributions, double weight) {
    double[] sum = new double[to - from];
    for (Contribution contribution : contributions) {
      float[] values = contribution.values();
      double share = contribution.weight() / weight;
      for (int i = 0; i < sum.length; i++) {
        sum[i] += share * values[from + i];
      }
    }
    for (int i = 0; i < sum.length; i++) {
      mean[from + i] = (float) sum[i];
    }
  }
}
