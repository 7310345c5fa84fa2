package io.limbeck.spark.data;

import io.limbeck.core.config.DataConfig.Normalize;
import io.limbeck.core.config.ImageAugment;
import io.limbeck.core.config.ImageAugment.Cutout;
import io.limbeck.core.config.ImageAugment.RandomCrop;
import io.limbeck.core.config.ImageAugment.RandomFlip;
import io.limbeck.core.config.LabelType;
import io.limbeck.core.error.UserException;
import io.limbeck.dl4j.engine.ChannelScaling;
import java.io.Serializable;
import java.util.List;
import java.util.SplittableRandom;

/**
 * How raw values become inputs of a network.
 *
 * @param shape of one example: {@code [channels, height, width]} or {@code [features]}
 * @param classes of the labels
 * @param normalize scale, mean and deviation
 * @param augment random changes for training
 * @param views of each example that they make; null for a new one in each epoch
 * @param labelType what examples are labelled with
 */
record Preprocessing(
    int[] shape,
    int classes,
    Normalize normalize,
    List<ImageAugment> augment,
    Integer views,
    LabelType labelType)
    implements Serializable {

  /** Checks that the config fits the shape. */
  Preprocessing {
    checkChannels("mean", normalize.mean(), shape);
    checkChannels("std", normalize.std(), shape);
    if (normalize.std().contains(0.0)) {
      throw new UserException(
          "'data.normalize.std' is " + normalize.std() + " but no entry may be 0");
    }
    if (labelType == LabelType.MAP && shape.length != 3) {
      throw new UserException(
          "'data.label_type' is map, a class of each pixel, but the examples have shape "
              + java.util.Arrays.toString(shape));
    }
    if (!augment.isEmpty() && shape.length != 3) {
      throw new UserException(
          "'data.augment' changes images, but the examples have shape "
              + java.util.Arrays.toString(shape));
    }
  }

  /**
   * With a new view in each epoch.
   *
   * @param shape of one example: {@code [channels, height, width]} or {@code [features]}
   * @param classes of the labels
   * @param normalize scale, mean and deviation
   * @param augment random changes for training
   */
  Preprocessing(int[] shape, int classes, Normalize normalize, List<ImageAugment> augment) {
    this(shape, classes, normalize, augment, null, LabelType.CLASS);
  }

  private static void checkChannels(String key, List<Double> values, int[] shape) {
    int channels = channels(shape);
    if (values.size() != 1 && values.size() != channels) {
      throw new UserException(
          "'data.normalize.%s' has %d entries but the examples have %d channel%s"
              .formatted(key, values.size(), channels, channels == 1 ? "" : "s"));
    }
  }

  /** The shape of an example's labels, one-hot. */
  long[] labelShape() {
    return labelType == LabelType.MAP
        ? new long[] {classes, shape[1], shape[2]}
        : new long[] {classes};
  }

  /** Pixels of an example that have a class each; 1 where it has one itself. */
  int labels() {
    return labelType == LabelType.MAP ? shape[1] * shape[2] : 1;
  }

  /** Values of one example. */
  int length() {
    int length = 1;
    for (int size : shape) {
      length *= size;
    }
    return length;
  }

  /** Planes of one example; 1 where it is no image. */
  int channels() {
    return channels(shape);
  }

  private static int channels(int... shape) {
    return shape.length == 3 ? shape[0] : 1;
  }

  /** From unsigned bytes to inputs. */
  ChannelScaling ofPixels() {
    return scaling(255);
  }

  /** From numbers to inputs. */
  ChannelScaling ofNumbers() {
    return scaling(1);
  }

  private ChannelScaling scaling(double scaleByDefault) {
    double scale = normalize.scale() == null ? scaleByDefault : normalize.scale();
    float[] factors = new float[channels()];
    float[] summands = new float[channels()];
    for (int channel = 0; channel < channels(); channel++) {
      double std = at(normalize.std(), channel);
      factors[channel] = (float) (1 / (scale * std));
      summands[channel] = (float) (-at(normalize.mean(), channel) / std);
    }
    return new ChannelScaling(factors, summands);
  }

  private static double at(List<Double> values, int channel) {
    return values.get(values.size() == 1 ? 0 : channel);
  }

  /**
   * Where each pixel of a plane comes from in an augmented view; -1 is padding.
   *
   * @param random the view's own
   * @return null for the unchanged plane
   */
  int[] view(SplittableRandom random) {
    if (augment.isEmpty()) {
      return null;
    }
    int height = shape[1];
    int width = shape[2];
    int[] from = new int[height * width];
    for (int i = 0; i < from.length; i++) {
      from[i] = i;
    }
    for (ImageAugment each : augment) {
      if (each instanceof RandomCrop crop) {
        from = shifted(from, random, crop.padding(), height, width);
      } else if (each instanceof RandomFlip flip && random.nextDouble() < flip.probability()) {
        from = mirrored(from, height, width);
      } else if (each instanceof Cutout cut && random.nextDouble() < cut.probability()) {
        cut(from, random, cut.shape(), height, width);
      }
    }
    return from;
  }

  private static int[] shifted(
      int[] from, SplittableRandom random, int padding, int height, int width) {
    int down = random.nextInt(2 * padding + 1) - padding;
    int right = random.nextInt(2 * padding + 1) - padding;
    int[] result = new int[from.length];
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        int sourceY = y + down;
        int sourceX = x + right;
        boolean inside = sourceY >= 0 && sourceY < height && sourceX >= 0 && sourceX < width;
        result[y * width + x] = inside ? from[sourceY * width + sourceX] : -1;
      }
    }
    return result;
  }

  private static void cut(int[] from, SplittableRandom random, int side, int height, int width) {
    int top = random.nextInt(height) - side / 2;
    int left = random.nextInt(width) - side / 2;
    for (int y = Math.max(0, top); y < Math.min(height, top + side); y++) {
      for (int x = Math.max(0, left); x < Math.min(width, left + side); x++) {
        from[y * width + x] = -1;
      }
    }
  }

  private static int[] mirrored(int[] from, int height, int width) {
    int[] result = new int[from.length];
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        result[y * width + x] = from[y * width + width - 1 - x];
      }
    }
    return result;
  }
}
