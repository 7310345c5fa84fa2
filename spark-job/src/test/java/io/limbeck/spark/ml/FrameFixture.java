package io.limbeck.spark.ml;

import io.limbeck.spark.TestData;
import io.limbeck.spark.TestSpark;
import io.limbeck.spark.job.TinyExperiment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.apache.spark.ml.linalg.SQLDataTypes;
import org.apache.spark.ml.linalg.Vectors;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/** An estimator that learns in a second, and rows for it. */
final class FrameFixture {
  static final StructType VECTORS = schema(SQLDataTypes.VectorType());

  private final TinyExperiment tiny;

  FrameFixture(Path dir) {
    this.tiny = new TinyExperiment(dir);
  }

  DistillationClassifier estimator(String... overrides) {
    List<String> all = new ArrayList<>(List.of("student_alone=false", "repeats=1"));
    all.addAll(List.of("data.shape=[1,8,8]", "data.normalize.scale=255"));
    all.addAll(List.of(overrides));
    return new DistillationClassifier()
        .setConfigFile(tiny.file().toString())
        .setOverrides(all.toArray(String[]::new))
        .setMaxIter(8);
  }

  static StructType schema(DataType features) {
    return new StructType()
        .add("features", features)
        .add("label", DataTypes.DoubleType)
        .add("held_out", DataTypes.BooleanType);
  }

  /** Bright bands as pixels from 0 to 255; every fourth row is held out. */
  static List<Row> rows(int count, DataType features) {
    Random random = new Random(7);
    List<Row> rows = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      int label = i % TestData.CLASSES;
      byte[] pixels = TestData.image(label, random);
      rows.add(RowFactory.create(value(pixels, features), (double) label, i % 4 == 3));
    }
    return rows;
  }

  private static Object value(byte[] pixels, DataType type) {
    double[] numbers = new double[pixels.length];
    Arrays.setAll(numbers, i -> pixels[i] & 0xff);
    return type == DataTypes.BinaryType
        ? pixels
        : type.equals(SQLDataTypes.VectorType()) ? Vectors.dense(numbers) : numbers;
  }

  static Dataset<Row> frame(List<Row> rows, StructType schema) {
    return TestSpark.session().createDataFrame(TestSpark.context().parallelize(rows, 2), schema);
  }

  static Dataset<Row> vectors() {
    return frame(rows(80, SQLDataTypes.VectorType()), VECTORS);
  }
}
