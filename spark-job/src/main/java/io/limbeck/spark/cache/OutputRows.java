package io.limbeck.spark.cache;

import io.limbeck.core.config.TeacherCacheConfig.Precision;
import io.limbeck.spark.data.TeacherOutputs;
import java.io.Serializable;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/**
 * Outputs as rows of a table: an example's number, and for each vertex its numbers as bytes, little
 * end first, in C order.
 *
 * @param vertices by name, with the shape of one example's output
 * @param precision of the numbers
 */
record OutputRows(Map<String, long[]> vertices, Precision precision) implements Serializable {
  /** The column of examples' numbers. */
  static final String SAMPLE_ID = "sample_id";

  StructType schema() {
    StructType schema = new StructType().add(SAMPLE_ID, DataTypes.LongType, false);
    for (String vertex : vertices.keySet()) {
      schema = schema.add(vertex, DataTypes.BinaryType, false);
    }
    return schema;
  }

  /** The rows of a block's outputs, one at a time. */
  Iterator<Row> rows(TeacherOutputs outputs) {
    return java.util.stream.IntStream.range(0, outputs.ids().length)
        .mapToObj(i -> row(outputs, i))
        .iterator();
  }

  private Row row(TeacherOutputs outputs, int example) {
    Object[] values = new Object[vertices.size() + 1];
    values[0] = outputs.ids()[example];
    int column = 1;
    for (String vertex : vertices.keySet()) {
      TeacherOutputs.Output output = outputs.byVertex().get(vertex);
      int length = output.length();
      byte[] content = new byte[length * precision.bytes()];
      ByteBuffer bytes = ByteBuffer.wrap(content).order(ByteOrder.LITTLE_ENDIAN);
      if (output instanceof TeacherOutputs.Single single) {
        bytes.asFloatBuffer().put(single.values(), example * length, length);
      } else if (output instanceof TeacherOutputs.Half half) {
        bytes.asShortBuffer().put(half.values(), example * length, length);
      }
      values[column++] = content;
    }
    return RowFactory.create(values);
  }

  /**
   * A block's outputs from its rows.
   *
   * @param unsorted rows of all examples of the block
   */
  TeacherOutputs outputs(Iterator<Row> unsorted) {
    List<Row> rows = new ArrayList<>();
    unsorted.forEachRemaining(rows::add);
    rows.sort(java.util.Comparator.comparingLong(row -> row.getLong(0)));
    long[] ids = rows.stream().mapToLong(row -> row.getLong(0)).toArray();
    Map<String, TeacherOutputs.Output> outputs = new LinkedHashMap<>();
    int column = 1;
    for (Map.Entry<String, long[]> vertex : vertices.entrySet()) {
      outputs.put(vertex.getKey(), output(rows, column++, vertex.getValue()));
    }
    return new TeacherOutputs(ids, outputs);
  }

  private TeacherOutputs.Output output(List<Row> rows, int column, long[] shape) {
    int length = 1;
    for (long size : shape) {
      length = Math.toIntExact(Math.multiplyExact(length, size));
    }
    int all = Math.multiplyExact(length, rows.size());
    float[] single = precision == Precision.SINGLE ? new float[all] : null;
    short[] half = precision == Precision.HALF ? new short[all] : null;
    for (int i = 0; i < rows.size(); i++) {
      ByteBuffer bytes =
          ByteBuffer.wrap(rows.get(i).<byte[]>getAs(column)).order(ByteOrder.LITTLE_ENDIAN);
      if (single != null) {
        bytes.asFloatBuffer().get(single, i * length, length);
      } else {
        bytes.asShortBuffer().get(half, i * length, length);
      }
    }
    return single != null
        ? new TeacherOutputs.Single(shape, single)
        : new TeacherOutputs.Half(shape, half);
  }
}
