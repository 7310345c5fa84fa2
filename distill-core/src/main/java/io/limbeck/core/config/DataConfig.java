package io.limbeck.core.config;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
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
 * @param batchAugments ways of mixing the examples of a training mini-batch
 * @param contrast which examples each one is compared with; null for the loss' own choice
 * @param blockMib most that a partition keeps together
 * @param views that augmentation makes of each training example; null for a new one in each epoch
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
        Source train,
    @Key(
            value = "Examples on which the best epoch is chosen; never the test examples",
            optional = true)
        Source validation,
    @Key(value = "Examples on which results are reported", optional = true) Source test,
    @Key(value = "How raw values become inputs: (value / scale - mean) / std", def = "{}")
        Normalize normalize,
    @Key(value = "Random changes of training images, in this order", def = "[]")
        List<Augment> augment,
    @Key(
            value =
                "Brings the images of folders and encoded columns to one size; by default they must have it",
            optional = true)
        Resize resize,
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
        Integer views)
    implements Serializable {

  /** Checks the ways of mixing. */
  public DataConfig {
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
      Source train,
      Source validation,
      Source test,
      Normalize normalize,
      List<Augment> augment) {
    this(
        numClasses,
        shape,
        train,
        validation,
        test,
        normalize,
        augment,
        null,
        List.of(),
        null,
        32,
        null);
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

  /** Where examples come from. */
  @JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "format")
  @JsonSubTypes({
    @JsonSubTypes.Type(value = Idx.class, name = "idx"),
    @JsonSubTypes.Type(value = Parquet.class, name = "parquet"),
    @JsonSubTypes.Type(value = Csv.class, name = "csv"),
    @JsonSubTypes.Type(value = ImageFolder.class, name = "image_folder")
  })
  public sealed interface Source extends Serializable {
    /** Examples left out at the start. */
    long skip();

    /** Examples taken after those; null for all. */
    Long take();
  }

  /**
   * A pair of IDX files, gzipped or not, as MNIST's.
   *
   * @param images unsigned bytes of three dimensions
   * @param labels unsigned bytes of one dimension
   * @param skip examples left out at the start
   * @param take examples taken after those
   */
  public record Idx(
      @Key("IDX file of the images, gzipped or not") String images,
      @Key("IDX file of the labels, gzipped or not") String labels,
      @Key(value = "Examples left out at the start", def = "0", min = 0) long skip,
      @Key(value = "Examples taken after those; by default all", optional = true, min = 1)
          Long take)
      implements Source {}

  /**
   * Parquet files.
   *
   * @param path a file, folder or glob
   * @param features the column of the examples
   * @param label the column of the labels
   * @param skip examples left out at the start
   * @param take examples taken after those
   */
  public record Parquet(
      @Key("Parquet file, folder or glob") String path,
      @Key(
              value =
                  "Column of the examples: bytes of an encoded image (PNG, JPEG), raw pixels of data.shape, or a list of"
                      + " numbers",
              def = "\"image\"")
          String features,
      @Key(value = "Column of the labels, an integer", def = "\"label\"") String label,
      @Key(value = "Examples left out at the start", def = "0", min = 0) long skip,
      @Key(value = "Examples taken after those; by default all", optional = true, min = 1)
          Long take)
      implements Source {}

  /**
   * CSV files.
   *
   * @param path a file, folder or glob
   * @param label the column of the labels
   * @param header whether the first line of each file names the columns
   * @param skip examples left out at the start
   * @param take examples taken after those
   */
  public record Csv(
      @Key("CSV file, folder or glob") String path,
      @Key("Column of the labels: its name, or without a header its position from 0") String label,
      @Key(value = "Whether the first line of each file names the columns", def = "true")
          boolean header,
      @Key(value = "Examples left out at the start", def = "0", min = 0) long skip,
      @Key(value = "Examples taken after those; by default all", optional = true, min = 1)
          Long take)
      implements Source {}

  /**
   * Images in one folder a class.
   *
   * @param path the folder that holds the classes' folders; their names in sorted order are labels
   *     0, 1, ...
   * @param skip examples left out at the start
   * @param take examples taken after those
   */
  public record ImageFolder(
      @Key(
              "Folder with one folder of images (PNG, JPEG, BMP, GIF) a class; their names, sorted, are labels 0, 1, ...")
          String path,
      @Key(value = "Examples left out at the start", def = "0", min = 0) long skip,
      @Key(value = "Examples taken after those; by default all", optional = true, min = 1)
          Long take)
      implements Source {}

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

  /** A random change of a training image, the same for the same seed, epoch and example. */
  @JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
  @JsonSubTypes({
    @JsonSubTypes.Type(value = RandomCrop.class, name = "RandomCrop"),
    @JsonSubTypes.Type(value = RandomFlip.class, name = "RandomFlip"),
    @JsonSubTypes.Type(value = Cutout.class, name = "Cutout")
  })
  public sealed interface Augment extends Serializable {}

  /**
   * Pads with zeros on all sides and cuts a window of the image's size at a random place.
   *
   * @param padding pixels
   */
  public record RandomCrop(
      @Key(value = "Pixels of zeros on each side", def = "4", min = 1) int padding)
      implements Augment {}

  /**
   * Mirrors left and right.
   *
   * @param probability of being mirrored
   */
  public record RandomFlip(
      @Key(value = "Probability of being mirrored left to right", def = "0.5", min = 0, max = 1)
          double probability)
      implements Augment {}

  /**
   * Makes a square black, at a place whose middle lies anywhere in the image.
   *
   * <p>Source: T. DeVries, G. W. Taylor, "Improved Regularization of Convolutional Neural Networks
   * with Cutout", arXiv:1708.04552.
   *
   * @param shape pixels of a side
   * @param probability of being cut
   */
  public record Cutout(
      @Key(value = "Pixels of the square's side", def = "16", min = 1) int shape,
      @Key(value = "Probability of being cut", def = "0.5", min = 0, max = 1) double probability)
      implements Augment {}
}
