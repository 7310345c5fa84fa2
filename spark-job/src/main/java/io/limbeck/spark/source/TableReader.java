package io.limbeck.spark.source;

import io.limbeck.core.config.DataConfig.Resize;
import io.limbeck.core.config.DataSource.Csv;
import io.limbeck.core.config.DataSource.Json;
import io.limbeck.core.config.DataSource.Parquet;
import io.limbeck.core.config.LabelType;
import io.limbeck.core.error.UserException;
import io.limbeck.spark.storage.Causes;
import io.limbeck.spark.storage.Storage;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.DataTypes;

/**
 * Reads Parquet and CSV through Spark SQL. An example's number is its place in the files, however
 * they are split.
 */
final class TableReader {
  private static final byte[] PARQUET = {'P', 'A', 'R', '1'};
  private static final long ROWS_AT_ONCE = 64;
  private static final String LABEL = "limbeck_label";
  private static final String FEATURES = "limbeck_features";
  private static final String FILE = "limbeck_file";
  private static final String BLOCK = "limbeck_block";

  private TableReader() {}

  static Reading parquet(
      SparkSession spark,
      Parquet source,
      List<Integer> shape,
      Resize resize,
      Optional<Tokens> tokens,
      LabelType labelType,
      String key) {
    Storage storage = new Storage(spark.sparkContext().hadoopConfiguration());
    storage.requireMatch(source.path(), key + ".path");
    requireParquet(storage, source.path(), key);
    Dataset<Row> table =
        open(source.path(), key, () -> inSmallBatches(spark).read().parquet(source.path()));
    Columns columns = new Columns(table.schema(), source.path(), tokens);
    return items(
        table,
        columns,
        source.features(),
        source.label(),
        RowValues.of(shape, resize, labelType),
        key);
  }

  static Reading json(
      SparkSession spark, Json source, List<Integer> shape, Optional<Tokens> tokens, String key) {
    Storage storage = new Storage(spark.sparkContext().hadoopConfiguration());
    storage.requireMatch(source.path(), key + ".path");
    Dataset<Row> table =
        open(source.path(), key, () -> spark.read().option("mode", "FAILFAST").json(source.path()));
    Columns columns = new Columns(table.schema(), source.path(), tokens);
    return items(table, columns, source.features(), source.label(), RowValues.of(shape, null), key);
  }

  private static Reading items(
      Dataset<Row> table,
      Columns columns,
      String featuresName,
      String labelName,
      RowValues values,
      String key) {
    Columns.Features features = columns.features(featuresName, key + ".features");
    return items(
        table.select(
            features.column().as(FEATURES),
            label(columns, labelName, values.labelType(), key + ".label").as(LABEL),
            file(),
            block()),
        values,
        features.bytesPerValue());
  }

  static Reading csv(SparkSession spark, Csv source, List<Integer> shape, String key) {
    Storage storage = new Storage(spark.sparkContext().hadoopConfiguration());
    storage.requireMatch(source.path(), key + ".path");
    Dataset<Row> table =
        open(
            source.path(),
            key,
            () -> spark.read().option("header", source.header()).csv(source.path()));
    String label = source.header() ? source.label() : "_c" + source.label();
    if (!Arrays.asList(table.columns()).contains(label)) {
      new Columns(table.schema(), source.path(), Optional.empty())
          .require(source.label(), key + ".label");
    }
    Column[] numbers =
        Arrays.stream(table.columns())
            .filter(column -> !column.equals(label))
            .map(column -> table.col("`" + column + "`").cast(DataTypes.FloatType))
            .toArray(Column[]::new);
    return items(
        table.select(
            functions.array(numbers).as(FEATURES),
            Columns.whole(table.col("`" + label + "`").cast(DataTypes.DoubleType)).as(LABEL),
            file(),
            block()),
        RowValues.of(shape, null),
        Float.BYTES);
  }

  private static Column label(Columns columns, String name, LabelType type, String key) {
    return type == LabelType.MAP ? columns.labelMap(name, key) : columns.label(name, key);
  }

  /**
   * A session like another one, but that Spark's Parquet reader, which decodes 4,096 rows at once
   * unless told otherwise, takes fewer: so many images can be more than the heap.
   */
  private static SparkSession inSmallBatches(SparkSession spark) {
    SparkSession session = spark.newSession();
    scala.collection.JavaConverters.mapAsJavaMap(spark.conf().getAll())
        .forEach(
            (key, value) -> {
              if (session.conf().isModifiable(key)) {
                session.conf().set(key, value);
              }
            });
    session.conf().set("spark.sql.parquet.columnarReaderBatchSize", ROWS_AT_ONCE);
    return session;
  }

  /** A file that is not Parquet would fail in a task, with a page of stack trace. */
  private static void requireParquet(Storage storage, String path, String key) {
    for (String file : storage.dataFiles(path)) {
      try (InputStream in = storage.open(file)) {
        if (!Arrays.equals(in.readNBytes(PARQUET.length), PARQUET)) {
          throw new UserException("'%s.path': %s is not a Parquet file".formatted(key, file));
        }
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  private interface Opening {
    Dataset<Row> run();
  }

  private static Dataset<Row> open(String path, String key, Opening opening) {
    try {
      return opening.run();
    } catch (Exception e) {
      // Scala's methods throw checked exceptions without declaring them.
      throw new UserException(
          "'%s.path' is \"%s\", which cannot be read: %s".formatted(key, path, Causes.firstLine(e)),
          e);
    }
  }

  private static Column file() {
    return functions.col("_metadata.file_path").as(FILE);
  }

  private static Column block() {
    return functions.col("_metadata.file_block_start").as(BLOCK);
  }

  private static Reading items(Dataset<Row> rows, RowValues values, int bytesPerValue) {
    return new Reading(
        rows.toJavaRDD().mapPartitions(iterator -> new Items(iterator, values)),
        () -> places(rows),
        bytesPerValue);
  }

  /** Counts the rows of each part; no values are read for it where the format allows that. */
  private static Places places(Dataset<Row> rows) {
    SortedMap<Places.Part, Long> counts = new TreeMap<>();
    for (Row row : rows.groupBy(FILE, BLOCK).count().collectAsList()) {
      counts.put(new Places.Part(row.getString(0), row.getLong(1)), row.getLong(2));
    }
    return Places.of(counts);
  }

  private static final class Items implements Iterator<Item> {
    private final Iterator<Row> rows;
    private final RowValues values;
    private String file = "";
    private long block = -1;
    private long position;

    Items(Iterator<Row> rows, RowValues values) {
      this.rows = rows;
      this.values = values;
    }

    @Override
    public boolean hasNext() {
      return rows.hasNext();
    }

    @Override
    public Item next() {
      Row row = rows.next();
      if (!row.getString(2).equals(file) || row.getLong(3) != block) {
        file = row.getString(2);
        block = row.getLong(3);
        position = 0;
      }
      return values.labelled(new Item.Place(file, block, position++), row);
    }
  }
}
