package io.limbeck.spark.source;

import io.limbeck.core.config.DataConfig;
import io.limbeck.core.config.DataSource;
import io.limbeck.core.config.DataSource.Csv;
import io.limbeck.core.config.DataSource.DataFrame;
import io.limbeck.core.config.DataSource.Idx;
import io.limbeck.core.config.DataSource.ImageFolder;
import io.limbeck.core.config.DataSource.Json;
import io.limbeck.core.config.DataSource.MaskFolder;
import io.limbeck.core.config.DataSource.Parquet;
import io.limbeck.core.config.LabelType;
import io.limbeck.core.error.UserException;
import java.util.Map;
import java.util.Optional;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/** Reads the sources of a config, each by the reader of its format. */
public final class SourceReader {
  private static final String TOKENIZE_KEY = "data.tokenize";

  private final SparkSession spark;
  private final JavaSparkContext context;
  private final DataConfig config;
  private final Map<Part, Dataset<Row>> frames;
  private Optional<Tokens> tokens;

  /**
   * A reader.
   *
   * @param spark the session
   * @param config the data block
   * @param frames the rows of those parts that are no files
   */
  public SourceReader(SparkSession spark, DataConfig config, Map<Part, Dataset<Row>> frames) {
    this.spark = spark;
    this.context = new JavaSparkContext(spark.sparkContext());
    this.config = config;
    this.frames = Map.copyOf(frames);
  }

  /**
   * The examples of a source.
   *
   * @param part which part of the data it is
   * @param source of that part
   * @throws UserException when it cannot be read, or not as the config wants it
   */
  public Reading read(Part part, DataSource source) {
    String key = part.key();
    requireLabels(source, key);
    requireText(source, key);
    if (source instanceof Idx idx) {
      return IdxReader.read(context, idx, key);
    }
    if (source instanceof Parquet parquet) {
      return TableReader.parquet(
          spark, parquet, config.shape(), config.resize(), tokens(), config.labelType(), key);
    }
    if (source instanceof Json json) {
      return TableReader.json(spark, json, config.shape(), tokens(), key);
    }
    if (source instanceof Csv csv) {
      return TableReader.csv(spark, csv, config.shape(), key);
    }
    if (source instanceof MaskFolder masks) {
      return MaskFolderReader.read(context, masks, key);
    }
    if (source instanceof DataFrame given) {
      if (!frames.containsKey(part)) {
        throw new UserException(
            "'%s.format' is data_frame, rows that a program hands over, but there are none: idx, parquet, json, csv, image_folder and mask_folder read files"
                .formatted(key));
      }
      return FrameReader.read(frames.get(part), given, config.shape(), config.resize(), key);
    }
    return ImageFolderReader.read(context, (ImageFolder) source, config.resize(), key);
  }

  private void requireLabels(DataSource source, String key) {
    boolean maps = config.labelType() == LabelType.MAP;
    if (!maps && source instanceof MaskFolder) {
      throw new UserException(
          "'%s.format' is mask_folder, a class of each pixel, so 'data.label_type' must be map"
              .formatted(key));
    }
    if (maps && !(source instanceof MaskFolder || source instanceof Parquet)) {
      throw new UserException(
          "'data.label_type' is map, a class of each pixel, which is read from parquet or mask_folder, but '%s.format' is another"
              .formatted(key));
    }
  }

  private void requireText(DataSource source, String key) {
    if (config.tokenize() != null && !(source instanceof Parquet || source instanceof Json)) {
      throw new UserException(
          "'data.tokenize' makes tokens of text in parquet or json, but '%s.format' is another"
              .formatted(key));
    }
  }

  /** Read once, also where several parts are loaded side by side. */
  private synchronized Optional<Tokens> tokens() {
    if (tokens == null) {
      tokens =
          Optional.ofNullable(config.tokenize())
              .map(tokenize -> Tokens.of(context, tokenize, TOKENIZE_KEY));
    }
    return tokens;
  }
}
