package io.limbeck.core.config;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import io.limbeck.core.schema.Key;
import java.io.Serializable;

/** A random change of a training image, the same for the same seed, epoch and example. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
@JsonSubTypes({
  @JsonSubTypes.Type(value = ImageAugment.RandomCrop.class, name = "RandomCrop"),
  @JsonSubTypes.Type(value = ImageAugment.RandomFlip.class, name = "RandomFlip"),
  @JsonSubTypes.Type(value = ImageAugment.Cutout.class, name = "Cutout")
})
public sealed interface ImageAugment extends Serializable {
  /**
   * Pads with zeros on all sides and cuts a window of the image's size at a random place.
   *
   * @param padding pixels
   */
  record RandomCrop(@Key(value = "Pixels of zeros on each side", def = "4", min = 1) int padding)
      implements ImageAugment {}

  /**
   * Mirrors left and right.
   *
   * @param probability of being mirrored
   */
  record RandomFlip(
      @Key(value = "Probability of being mirrored left to right", def = "0.5", min = 0, max = 1)
          double probability)
      implements ImageAugment {}

  /**
   * Makes a square black, at a place whose middle lies anywhere in the image.
   *
   * <p>Source: T. DeVries, G. W. Taylor, "Improved Regularization of Convolutional Neural Networks
   * with Cutout", arXiv:1708.04552.
   *
   * @param shape pixels of a side
   * @param probability of being cut
   */
  record Cutout(
      @Key(value = "Pixels of the square's side", def = "16", min = 1) int shape,
      @Key(value = "Probability of being cut", def = "0.5", min = 0, max = 1) double probability)
      implements ImageAugment {}
}
