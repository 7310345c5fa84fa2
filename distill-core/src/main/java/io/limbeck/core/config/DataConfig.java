package io.limbeck.core.config;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.limbeck.core.error.UserException;
import io.limbeck.core.schema.Key;
import java.io.Serializable;
import java.util.List;

/**
 * The examples.
 *
 * @param numClasses classes; labels run from 0
 * @param shape one example, {@code [channels, height, width]} or {@code [features]}; null where the
 *     format tells
 * @param train what is learnt from; null only where distillation needs no data
 * @param validation what the best epoch is chosen on; null for none
 * @param test what is reported; null for none
 * @param normalize how raw values become inputs
 * @param augment random changes of training images, in order
 * @param resize brings encoded images to one size; null to take them as they are
 * @param tokenize makes tokens of text; null where there is none
 * @param batchAugments ways of mixing the examples of a training mini-batch
 * @param contrast which examples each one is compared with; null for the loss' own choice
 * @param blockMib most that a partition keeps together
 * @param views that augmentation makes of each training example; null for a new one in each epoch
 * @param labelType what examples are labelled with
 */
public record DataConfig(
    @Key(value = "Number of classes; labels run from 0 to num_classes - 1", min = 2) int numClasses,
    @Key(
            value =
                "Shape of one example, [channels, height, width] or [features], where the format does not tell",
            optional = true)
        List<Integer> shape,
    @Key(
            value = "Examples that are learnt from; data-free distillation alone reads none",
            optional = true)
        DataSource train,
    @Key(
            value = "Examples on which the best epoch is chosen; never the test examples",
            optional = true)
        DataSource validation,
    @Key(value = "Examples on which results are reported", optional = true) DataSource test,
    @Key(value = "How raw values become inputs: (value / scale - mean) / std", def = "{}")
        Normalize normalize,
    @Key(value = "Random changes of training images, in this order", def = "[]")
        List<ImageAugment> augment,
    @Key(
            value =
                "Brings the images of folders and encoded columns to one size; by default they must have it",
            optional = true)
        Resize resize,
    @Key(
            value =
                "Makes tokens of a column of text in parquet or json: whole numbers, padded with 0, which are the features",
            optional = true)
        Tokenize tokenize,
    @Key(
            value =
                "Ways of mixing the examples of a training mini-batch, of which each mini-batch takes one or none; teacher"
                    + " and student see the same mixture",
            def = "[]")
        List<BatchAugment> batchAugments,
    @Key(
            value =
                "Which training examples each one is compared with, for losses that contrast examples such as CRDLoss; by"
                    + " default the loss draws among all",
            optional = true)
        Contrast contrast,
    @Key(
            value =
                "Mebibytes of examples that a partition keeps together, in memory or spilled to disk; where it has more, an"
                    + " epoch goes from block to block in random order and shuffles each, so examples of one block meet"
                    + " more often: the larger the better, as long as two fit into the memory of each task",
            def = "32",
            min = 1,
            max = 1024)
        int blockMib,
    @Key(
            value =
                "How many views data.augment makes of each training example: epoch e shows view e mod views, the same for"
                    + " every seed, which a teacher's cache needs; by default each epoch shows a new one",
            optional = true,
            min = 1)
        Integer views,
    @Key(
            value =
                "What examples are labelled with: class, one of each example; map, one of each pixel, in a column of bytes: raw,"
                    + " row by row, or an encoded image (PNG) of one channel or of palette indices; 255 is a pixel without"
                    + " a class",
            def = "\"class\"")
        LabelType labelType)
    implements Serializable {

  /** Checks the ways of mixing, and what goes with maps. */
  public DataConfig {
    if (labelType == LabelType.MAP) {
      String refused =
          !batchAugments.isEmpty()
              ? "batch_augments"
              : resize != null ? "resize" : contrast != null ? "contrast" : null;
      if (refused != null) {
        throw new UserException(
            "'data.%s' goes with a class of each example, but 'data.label_type' is map: leave it out"
                .formatted(refused));
      }
    }
    double chance = batchAugments.stream().mapToDouble(BatchAugment::probability).sum();
    if (chance > 1 + 1e-9) {
      throw new UserException(
          "'data.batch_augments' have probabilities of %s together, but a mini-batch takes one of them: at most 1"
              .formatted(chance));
    }
  }

  /**
   * Images that have their size already.
   *
   * @param numClasses classes; labels run from 0
   * @param shape of one example; null where the format tells
   * @param train what is learnt from
   * @param validation what the best epoch is chosen on; null for none
   * @param test what is reported; null for none
   * @param normalize how raw values become inputs
   * @param augment random changes of training images, in order
   */
  public DataConfig(
      int numClasses,
      List<Integer> shape,
      DataSource train,
      DataSource validation,
      DataSource test,
      Normalize normalize,
      List<ImageAugment> augment) {
    this(
        numClasses,
        shape,
        train,
        validation,
        test,
        normalize,
        augment,
        null,
        null,
        List.of(),
        null,
        32,
        null,
        LabelType.CLASS);
  }

  /**
   * Scales an image so that its shorter side has a length, then cuts a square from its middle.
   *
   * @param edge pixels of the shorter side
   * @param crop pixels of the square
   */
  public record Resize(
      @Key(value = "Pixels of the shorter side after scaling", min = 1) int edge,
      @Key(value = "Pixels of the square that is cut from the middle; not more than edge", min = 1)
          int crop)
      implements Serializable {
    /** Checks the two against each other. */
    public Resize {
      if (crop > edge) {
        throw new UserException(
            "'data.resize.crop' is %d but must be <= 'data.resize.edge', %d".formatted(crop, edge));
      }
    }
  }

  /**
   * How text becomes tokens.
   *
   * @param tokenizer Hugging Face's {@code tokenizer.json}
   * @param length tokens of an example
   */
  public record Tokenize(
      @Key("tokenizer.json as Hugging Face's tokenizers write it; its padding must be token 0")
          String tokenizer,
      @Key(value = "Tokens of an example: longer text is cut, shorter padded", min = 1) int length)
      implements Serializable {}

  /**
   * Which examples each one is compared with: one of its class, and others of other classes.
   *
   * <p>Source: Y. Tian, D. Krishnan, P. Isola, "Contrastive Representation Distillation", ICLR
   * 2020, arXiv:1910.10699, section 3; MMRazor's {@code CRDDataset}.
   *
   * @param negNum examples of other classes
   * @param sampleMode which one of its class
   * @param percent share of all examples that may be a negative
   */
  public record Contrast(
      @Key(
              value =
                  "Examples of other classes that each one is compared with, each at most once where there are so many",
              def = "16384",
              min = 1)
          int negNum,
      @Key(
              value = "The example of the same class: exact, itself; random, any of its class",
              def = "\"exact\"")
          SampleMode sampleMode,
      @Key(value = "Share of all examples that may be a negative", def = "1.0", above = 0, max = 1)
          double percent)
      implements Serializable {}

  /** Which example of the same class. */
  public enum SampleMode {
    /** The example itself. */
    @JsonProperty("exact")
    EXACT,
    /** Any of its class. */
    @JsonProperty("random")
    RANDOM
  }

  /**
   * How raw values become inputs.
   *
   * @param scale divisor; null for 255 where values are bytes, else 1
   * @param mean subtracted after scaling, one for all channels or one each
   * @param std divisor after that, one for all channels or one each
   */
  public record Normalize(
      @Key(
              value = "Divisor of raw values; by default 255 for images and 1 for numbers",
              optional = true,
              above = 0)
          Double scale,
      @Key(
              value = "Subtracted after scaling: one number, or one for each channel",
              def = "[0.0]",
              minItems = 1)
          List<Double> mean,
      @Key(
              value = "Divisor after that: one number, or one for each channel",
              def = "[1.0]",
              minItems = 1)
          List<Double> std)
      implements Serializable {}
}
