package io.limbeck.core.config;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import io.limbeck.core.error.UserException;
import io.limbeck.core.schema.Key;
import java.io.Serializable;

/** A network that makes images of noise, so that no data are needed. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
@JsonSubTypes({
  @JsonSubTypes.Type(value = GeneratorConfig.DaflGenerator.class, name = "DAFLGenerator"),
  @JsonSubTypes.Type(value = GeneratorConfig.ZsktGenerator.class, name = "ZSKTGenerator")
})
public sealed interface GeneratorConfig extends Serializable {
  /** What the names of a generator's vertices and parameters begin with. */
  String PREFIX = "generator.";

  /** Pixels of an image's side. */
  int imgSize();

  /** Numbers of noise that an image is made of. */
  int latentDim();

  /** Channels after the first layer. */
  int hiddenChannels();

  /** How much each of two steps enlarges the map. */
  int scaleFactor();

  /** Slope of activations below zero. */
  double leakySlope();

  /** The map's side before it is enlarged. */
  default int initSize() {
    return imgSize() / (scaleFactor() * scaleFactor());
  }

  /**
   * The generator of data-free learning; images end in {@code tanh} and a normalisation without
   * scale.
   *
   * <p>Source: H. Chen et al., "Data-Free Learning of Student Networks", ICCV 2019,
   * arXiv:1904.01186; MMRazor's {@code DAFLGenerator}.
   *
   * @param imgSize pixels of an image's side
   * @param latentDim numbers of noise
   * @param hiddenChannels channels after the first layer
   * @param scaleFactor of each of two enlargements
   * @param bnEps added to the variances of the normalisations between convolutions
   * @param leakySlope of activations below zero
   */
  record DaflGenerator(
      @Key(value = "Pixels of an image's side, a multiple of scale_factor squared", min = 1)
          int imgSize,
      @Key(value = "Numbers of noise that an image is made of", min = 1) int latentDim,
      @Key(value = "Channels after the first layer; even", min = 2) int hiddenChannels,
      @Key(value = "How much each of two steps enlarges the map", def = "2", min = 1)
          int scaleFactor,
      @Key(
              value = "Added to the variances of the normalisations between convolutions",
              def = "0.8",
              above = 0)
          double bnEps,
      @Key(value = "Slope of activations below zero", def = "0.2", min = 0) double leakySlope)
      implements GeneratorConfig {
    /** Checks the sizes. */
    public DaflGenerator {
      checkSizes("DAFLGenerator", imgSize, hiddenChannels, scaleFactor);
    }
  }

  /**
   * The generator of zero-shot knowledge transfer.
   *
   * <p>Source: P. Micaelli, A. Storkey, "Zero-shot Knowledge Transfer via Adversarial Belief
   * Matching", NeurIPS 2019, arXiv:1905.09768; MMRazor's {@code ZSKTGenerator}.
   *
   * @param imgSize pixels of an image's side
   * @param latentDim numbers of noise
   * @param hiddenChannels channels after the first layer
   * @param scaleFactor of each of two enlargements
   * @param leakySlope of activations below zero
   */
  record ZsktGenerator(
      @Key(value = "Pixels of an image's side, a multiple of scale_factor squared", min = 1)
          int imgSize,
      @Key(value = "Numbers of noise that an image is made of", min = 1) int latentDim,
      @Key(value = "Channels after the first layer; even", min = 2) int hiddenChannels,
      @Key(value = "How much each of two steps enlarges the map", def = "2", min = 1)
          int scaleFactor,
      @Key(value = "Slope of activations below zero", def = "0.2", min = 0) double leakySlope)
      implements GeneratorConfig {
    /** Checks the sizes. */
    public ZsktGenerator {
      checkSizes("ZSKTGenerator", imgSize, hiddenChannels, scaleFactor);
    }
  }

  private static void checkSizes(String type, int imgSize, int hiddenChannels, int scaleFactor) {
    int square = scaleFactor * scaleFactor;
    if (imgSize % square != 0) {
      throw new UserException(
          "'img_size' of a %s is %d but must be a multiple of 'scale_factor' squared, %d"
              .formatted(type, imgSize, square));
    }
    if (hiddenChannels % 2 != 0) {
      throw new UserException(
          "'hidden_channels' of a %s is %d but must be even".formatted(type, hiddenChannels));
    }
  }
}
