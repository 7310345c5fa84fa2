package io.limbeck.core.config;

import io.limbeck.core.error.UserException;
import io.limbeck.core.schema.Key;
import java.util.List;

/**
 * A small network that tells the class of every pixel: an encoder that halves the image at each
 * level and a decoder that doubles it again, which adds what the encoder saw at the same size.
 *
 * <p>Source: A. Chaurasia, E. Culurciello, "LinkNet: Exploiting Encoder Representations for
 * Efficient Semantic Segmentation", VCIP 2017, arXiv:1707.03718, section III, with one convolution
 * in place of each residual block.
 *
 * @param channels of each level, from the largest images to the smallest
 * @param numClasses classes; null for those of the data
 */
public record SegmentationCnn(
    @Key(value = "Channels of each level, from the largest images to the smallest", minItems = 1)
        List<Integer> channels,
    @Key(value = "Number of classes; by default that of the data", optional = true, min = 1)
        Integer numClasses)
    implements ArchitectureConfig {
  /** Checks the channels. */
  public SegmentationCnn {
    channels = List.copyOf(channels);
    for (int each : channels) {
      if (each < 1) {
        throw new UserException(
            "'channels' is %s but every entry must be >= 1".formatted(channels));
      }
    }
  }
}
