package io.limbeck.spark.data;

import io.limbeck.core.error.UserException;
import io.limbeck.spark.source.Item;
import java.io.IOException;
import java.io.UncheckedIOException;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SaveMode;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/**
 * Writes examples as one Parquet file: Spark writes a folder, whose only part is then moved to its
 * place.
 */
final class ParquetWriter {
  private ParquetWriter() {}

  static void write(SparkSession spark, JavaRDD<Item> ordered, Item first, String file) {
    DataType values =
        first.pixels() != null
            ? DataTypes.BinaryType
            : DataTypes.createArrayType(DataTypes.FloatType, false);
    DataType labels = first.map() != null ? DataTypes.BinaryType : DataTypes.IntegerType;
    StructType schema = new StructType().add("image", values, false).add("label", labels, false);
    Path target = new Path(file);
    Path folder =
        new Path(
            target.getParent() == null ? new Path(".") : target.getParent(),
            "." + target.getName() + ".tmp");
    spark
        .createDataFrame(ordered.map(ParquetWriter::row), schema)
        .coalesce(1)
        .write()
        .mode(SaveMode.Overwrite)
        .option("compression", "zstd")
        .parquet(folder.toString());
    move(spark, folder, target);
  }

  private static Row row(Item item) {
    return RowFactory.create(
        item.pixels() != null ? item.pixels() : item.numbers(),
        item.map() != null ? item.map() : (Object) item.label());
  }

  private static void move(SparkSession spark, Path folder, Path target) {
    try {
      FileSystem files = target.getFileSystem(spark.sparkContext().hadoopConfiguration());
      FileStatus[] parts = files.globStatus(new Path(folder, "part-*.parquet"));
      files.setWriteChecksum(false);
      files.delete(target, false);
      if (parts.length != 1 || !files.rename(parts[0].getPath(), target)) {
        throw new UserException("Cannot write " + target);
      }
      files.delete(folder, true);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
