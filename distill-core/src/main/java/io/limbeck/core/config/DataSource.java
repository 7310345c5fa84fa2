package io.limbeck.core.config;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import io.limbeck.core.schema.Key;
import java.io.Serializable;

/** Where examples come from. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "format")
@JsonSubTypes({
  @JsonSubTypes.Type(value = DataSource.Idx.class, name = "idx"),
  @JsonSubTypes.Type(value = DataSource.Parquet.class, name = "parquet"),
  @JsonSubTypes.Type(value = DataSource.Csv.class, name = "csv"),
  @JsonSubTypes.Type(value = DataSource.Json.class, name = "json"),
  @JsonSubTypes.Type(value = DataSource.ImageFolder.class, name = "image_folder"),
  @JsonSubTypes.Type(value = DataSource.MaskFolder.class, name = "mask_folder"),
  @JsonSubTypes.Type(value = DataSource.DataFrame.class, name = "data_frame")
})
public sealed interface DataSource extends Serializable {
  /** Examples left out at the start. */
  long skip();

  /** Examples taken after those; null for all. */
  Long take();

  /**
   * A pair of IDX files, gzipped or not, as MNIST's.
   *
   * @param images unsigned bytes of three dimensions
   * @param labels unsigned bytes of one dimension
   * @param skip examples left out at the start
   * @param take examples taken after those
   */
  record Idx(
      @Key("IDX file of the images, gzipped or not") String images,
      @Key("IDX file of the labels, gzipped or not") String labels,
      @Key(value = "Examples left out at the start", def = "0", min = 0) long skip,
      @Key(value = "Examples taken after those; by default all", optional = true, min = 1)
          Long take)
      implements DataSource {}

  /**
   * Parquet files.
   *
   * @param path a file, folder or glob
   * @param features the column of the examples
   * @param label the column of the labels
   * @param skip examples left out at the start
   * @param take examples taken after those
   */
  record Parquet(
      @Key("Parquet file, folder or glob") String path,
      @Key(
              value =
                  "Column of the examples: bytes of an encoded image (PNG, JPEG), raw pixels of data.shape, a list of"
                      + " numbers, a vector of Spark ML, or text where data.tokenize is there",
              def = "\"image\"")
          String features,
      @Key(value = "Column of the labels, an integer", def = "\"label\"") String label,
      @Key(value = "Examples left out at the start", def = "0", min = 0) long skip,
      @Key(value = "Examples taken after those; by default all", optional = true, min = 1)
          Long take)
      implements DataSource {}

  /**
   * CSV files.
   *
   * @param path a file, folder or glob
   * @param label the column of the labels
   * @param header whether the first line of each file names the columns
   * @param skip examples left out at the start
   * @param take examples taken after those
   */
  record Csv(
      @Key("CSV file, folder or glob") String path,
      @Key("Column of the labels: its name, or without a header its position from 0") String label,
      @Key(value = "Whether the first line of each file names the columns", def = "true")
          boolean header,
      @Key(value = "Examples left out at the start", def = "0", min = 0) long skip,
      @Key(value = "Examples taken after those; by default all", optional = true, min = 1)
          Long take)
      implements DataSource {}

  /**
   * JSON, one object a line.
   *
   * @param path a file, folder or glob
   * @param features the key of the examples
   * @param label the key of the labels
   * @param skip examples left out at the start
   * @param take examples taken after those
   */
  record Json(
      @Key("JSON file, one object a line, gzipped or not; or a folder or glob") String path,
      @Key(
              value =
                  "Key of the examples: a list of numbers, or text where data.tokenize is there",
              def = "\"features\"")
          String features,
      @Key(value = "Key of the labels, an integer", def = "\"label\"") String label,
      @Key(value = "Examples left out at the start", def = "0", min = 0) long skip,
      @Key(value = "Examples taken after those; by default all", optional = true, min = 1)
          Long take)
      implements DataSource {}

  /**
   * Images in one folder a class.
   *
   * @param path the folder that holds the classes' folders; their names in sorted order are labels
   *     0, 1, ...
   * @param skip examples left out at the start
   * @param take examples taken after those
   */
  record ImageFolder(
      @Key(
              "Folder with one folder of images (PNG, JPEG, BMP, GIF) a class; their names, sorted, are labels 0, 1, ...")
          String path,
      @Key(value = "Examples left out at the start", def = "0", min = 0) long skip,
      @Key(value = "Examples taken after those; by default all", optional = true, min = 1)
          Long take)
      implements DataSource {}

  /**
   * Images in one folder, and the classes of their pixels in another.
   *
   * @param images the folder of the images
   * @param masks the folder of their masks
   * @param skip examples left out at the start
   * @param take examples taken after those
   */
  record MaskFolder(
      @Key("Folder of images (PNG, JPEG, BMP, GIF), taken in the order of their names")
          String images,
      @Key(
              "Folder of masks: for NAME.* of the images NAME.png, whose grey value or palette index is each pixel's class;"
                  + " 255 is a pixel without one")
          String masks,
      @Key(value = "Examples left out at the start", def = "0", min = 0) long skip,
      @Key(value = "Examples taken after those; by default all", optional = true, min = 1)
          Long take)
      implements DataSource {}

  /**
   * Rows that a program hands over.
   *
   * @param features the column of the examples
   * @param label the column of the labels
   */
  record DataFrame(
      @Key(
              value =
                  "Column of the examples: a vector, a list of numbers, bytes of an encoded image (PNG, JPEG), or raw pixels of"
                      + " data.shape",
              def = "\"features\"")
          String features,
      @Key(value = "Column of the labels, whole numbers", def = "\"label\"") String label)
      implements DataSource {
    @Override
    public long skip() {
      return 0;
    }

    @Override
    public Long take() {
      return null;
    }
  }
}
