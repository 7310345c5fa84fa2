package io.limbeck.spark.data;

import io.limbeck.core.config.DataConfig.Csv;
import io.limbeck.core.config.DataConfig.Parquet;
import io.limbeck.core.config.DataConfig.Resize;
import io.limbeck.core.error.Names;
import io.limbeck.core.error.UserException;
import io.limbeck.spark.storage.Causes;
import io.limbeck.spark.storage.Storage;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.ArrayType;
import org.apache.spark.sql.types.BinaryType;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.NumericType;

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
      SparkSession spark, Parquet source, List<Integer> shape, Resize resize, String key) {
    Storage storage = new Storage(spark.sparkContext().hadoopConfiguration());
    storage.requireMatch(source.path(), key + ".path");
    requireParquet(storage, source.path(), key);
    Dataset<Row> table =
        open(source.path(), key, () -> inSmallBatches(spark).read().parquet(source.path()));
    requireColumn(table, source.features(), key + ".features", source.path());
    requireColumn(table, source.label(), key + ".label", source.path());
    DataType type = table.schema().apply(source.features()).dataType();
    Column features = table.col("`" + source.features() + "`");
    if (type instanceof ArrayType array && array.elementType() instanceof NumericType) {
      features = features.cast(DataTypes.createArrayType(DataTypes.FloatType));
    } else if (!(type instanceof BinaryType)) {
      throw new UserException(
          "'%s.features': column '%s' of %s is of type %s, but must hold bytes or a list of numbers"
              .formatted(key, source.features(), source.path(), type.simpleString()));
    }
    return items(
        table.select(
            features.as(FEATURES),
            label(table, source.label(), source.path(), key),
            file(),
            block()),
        shape,
        resize,
        type instanceof BinaryType ? 1 : Float.BYTES);
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
      requireColumn(table, source.label(), key + ".label", source.path());
    }
    Column[] numbers =
        Arrays.stream(table.columns())
            .filter(column -> !column.equals(label))
            .map(column -> table.col("`" + column + "`").cast(DataTypes.FloatType))
            .toArray(Column[]::new);
    return items(
        table.select(
            functions.array(numbers).as(FEATURES),
            table.col("`" + label + "`").cast(DataTypes.IntegerType).as(LABEL),
            file(),
            block()),
        shape,
        null,
        Float.BYTES);
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

  private static void requireColumn(Dataset<Row> table, String column, String key, String path) {
    List<String> columns = Arrays.asList(table.columns());
    if (!columns.contains(column)) {
      throw new UserException(
          "'%s' is \"%s\", which is not a column of %s, %s"
              .formatted(key, column, path, Names.suggestion(column, columns)));
    }
  }

  private static Column label(Dataset<Row> table, String column, String path, String key) {
    DataType type = table.schema().apply(column).dataType();
    if (!(type instanceof NumericType)) {
      throw new UserException(
          "'%s.label': column '%s' of %s is of type %s, but must be an integer"
              .formatted(key, column, path, type.simpleString()));
    }
    return table.col("`" + column + "`").cast(DataTypes.IntegerType).as(LABEL);
  }

  private static Column file() {
    return functions.col("_metadata.file_path").as(FILE);
  }

  private static Column block() {
    return functions.col("_metadata.file_block_start").as(BLOCK);
  }

  private static Reading items(
      Dataset<Row> rows, List<Integer> shape, Resize resize, int bytesPerValue) {
    int[] wanted = shape == null ? null : shape.stream().mapToInt(Integer::intValue).toArray();
    return new Reading(
        rows.toJavaRDD().mapPartitions(iterator -> new Items(iterator, wanted, resize)),
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
    private final int[] shape;
    private final Resize resize;
    private String file = "";
    private long block = -1;
    private long position;

    Items(Iterator<Row> rows, int[] shape, Resize resize) {
      this.rows = rows;
      this.shape = shape;
      this.resize = resize;
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
      Item.Place place = new Item.Place(file, block, position++);
      if (row.isNullAt(0) || row.isNullAt(1)) {
        return Item.ofProblem(
            place,
            "Example %d of %s has %s"
                .formatted(
                    place.position(),
                    file,
                    row.isNullAt(1) ? "no label, or one that is not an integer" : "no values"));
      }
      int label = row.getInt(1);
      return row.get(0) instanceof byte[] bytes
          ? image(place, bytes, label)
          : numbers(place, row, label);
    }

    private Item image(Item.Place place, byte[] bytes, int label) {
      if (ImageDecoder.isEncoded(bytes)) {
        return ImageDecoder.decode(
            place, bytes, label, "Example " + place.position() + " of " + file, resize);
      }
      if (shape == null) {
        return Item.ofProblem(
            place,
            "'data.shape' is missing: " + file + " holds raw pixels, whose shape must be told");
      }
      return Item.ofPixels(place, bytes, shape, label);
    }

    private Item numbers(Item.Place place, Row row, int label) {
      List<Float> values = row.getList(0);
      float[] numbers = new float[values.size()];
      for (int i = 0; i < numbers.length; i++) {
        if (values.get(i) == null || !Float.isFinite(values.get(i))) {
          return Item.ofProblem(
              place,
              "Example %d of %s has no finite number in position %d"
                  .formatted(place.position(), file, i));
        }
        numbers[i] = values.get(i);
      }
      return Item.ofNumbers(
          place, numbers, shape == null ? new int[] {numbers.length} : shape, label);
    }
  }
}
