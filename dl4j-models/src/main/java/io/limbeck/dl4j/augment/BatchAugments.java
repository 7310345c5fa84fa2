package io.limbeck.dl4j.augment;

import io.limbeck.core.config.BatchAugment;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.apache.commons.math3.distribution.BetaDistribution;
import org.apache.commons.math3.random.JDKRandomGenerator;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

/**
 * Mixes the examples of a mini-batch with one another. What it draws by chance it draws from ND4J's
 * generator, which every round seeds.
 *
 * <p>{@link #mix} can be recorded and delivered as {@link #METHOD}: it is what the reference's
 * {@code Augments.__call__} is there.
 */
public final class BatchAugments {
  /** The path of {@link #mix} for recorders and deliveries. */
  public static final String METHOD = "io.limbeck.dl4j.augment.BatchAugments#mix";

  private final List<BatchAugment> augments;

  /**
   * Ways of mixing, of which one or none is taken for each mini-batch.
   *
   * @param augments with chances that are at most 1 together
   */
  public BatchAugments(List<BatchAugment> augments) {
    this.augments = List.copyOf(augments);
  }

  /**
   * A mixed mini-batch.
   *
   * @param features {@code [batch, …]}
   * @param labels {@code [batch, classes]}, rows of sum one; null where there were none
   */
  public record Mixed(INDArray features, INDArray labels) {}

  /** Whether nothing is ever mixed. */
  public boolean isEmpty() {
    return augments.isEmpty();
  }

  /**
   * Mixes a mini-batch.
   *
   * @param features {@code [batch, …]}; not changed
   * @param labels one-hot, {@code [batch, classes]}; not changed; null for none
   * @return new arrays, or the same where chance wants no mixing
   */
  public Mixed mix(INDArray features, INDArray labels) {
    SplittableRandom random = new SplittableRandom(Nd4j.getRandom().nextLong());
    double chance = random.nextDouble();
    for (BatchAugment augment : augments) {
      chance -= augment.probability();
      if (chance < 0) {
        return mixed(augment, features, labels, random);
      }
    }
    return new Mixed(features, labels);
  }

  private static Mixed mixed(
      BatchAugment augment, INDArray features, INDArray labels, SplittableRandom random) {
    double stays = beta(augment.alpha(), random);
    int[] partners = shuffled((int) features.size(0), random);
    if (augment instanceof BatchAugment.Mixup) {
      return new Mixed(
          blend(features, partners, stays), labels == null ? null : blend(labels, partners, stays));
    }
    Rectangle cut = Rectangle.of(features.size(2), features.size(3), 1 - stays, random);
    double left = 1 - cut.area() / (double) (features.size(2) * features.size(3));
    return new Mixed(
        cut.paste(features, rows(features, partners)),
        labels == null ? null : blend(labels, partners, left));
  }

  private static double beta(double alpha, SplittableRandom random) {
    JDKRandomGenerator generator = new JDKRandomGenerator();
    generator.setSeed(random.nextLong());
    return new BetaDistribution(generator, alpha, alpha).sample();
  }

  private static int[] shuffled(int size, SplittableRandom random) {
    int[] order = new int[size];
    Arrays.setAll(order, i -> i);
    for (int i = size - 1; i > 0; i--) {
      int j = random.nextInt(i + 1);
      int other = order[j];
      order[j] = order[i];
      order[i] = other;
    }
    return order;
  }

  private static INDArray blend(INDArray values, int[] partners, double stays) {
    return values.mul(stays).addi(rows(values, partners).muli(1 - stays));
  }

  /** The examples in another order, as a new array. */
  private static INDArray rows(INDArray values, int[] order) {
    INDArray flat = values.dup('c').reshape('c', values.size(0), -1);
    return Nd4j.pullRows(flat, 1, order).reshape('c', values.shape());
  }

  /**
   * A part of an image.
   *
   * @param top first row
   * @param bottom behind the last row
   * @param left first column
   * @param right behind the last column
   */
  private record Rectangle(long top, long bottom, long left, long right) {
    /** Of a wanted part of the area, around a random point, cut off at the image's edge. */
    static Rectangle of(long height, long width, double part, SplittableRandom random) {
      double side = Math.sqrt(part);
      long halfHeight = (long) (height * side) / 2;
      long halfWidth = (long) (width * side) / 2;
      long y = random.nextLong(height);
      long x = random.nextLong(width);
      return new Rectangle(
          Math.max(0, y - halfHeight),
          Math.min(height, y + halfHeight),
          Math.max(0, x - halfWidth),
          Math.min(width, x + halfWidth));
    }

    long area() {
      return (bottom - top) * (right - left);
    }

    INDArray paste(INDArray images, INDArray from) {
      INDArray mixed = images.dup('c');
      if (area() > 0) {
        window(mixed).assign(window(from));
      }
      return mixed;
    }

    private INDArray window(INDArray images) {
      return images.get(
          NDArrayIndex.all(),
          NDArrayIndex.all(),
          NDArrayIndex.interval(top, bottom),
          NDArrayIndex.interval(left, right));
    }
  }
}
