package io.limbeck.spark.source;

import io.limbeck.core.config.DataConfig.Resize;
import io.limbeck.core.config.DataSource.DataFrame;
import java.util.Iterator;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.functions;

/**
 * Reads rows that a program hands over. Each partition is sorted by what is in its rows, and an
 * example's number is its place then: the order in which a shuffle brings rows is another one every
 * time, also when a lost partition is computed again, and must not matter.
 */
final class FrameReader {
  private static final String FEATURES = "limbeck_features";
  private static final String LABEL = "limbeck_label";

  private FrameReader() {}

  static Reading read(
      Dataset<Row> frame, DataFrame source, List<Integer> shape, Resize resize, String key) {
    Columns columns = Columns.ofFrame(frame.schema());
    Columns.Features features = columns.features(source.features(), key + ".features");
    Column label = columns.label(source.label(), key + ".label");
    JavaRDD<Row> rows =
        frame
            .select(features.column().as(FEATURES), label.as(LABEL))
            .sortWithinPartitions(functions.xxhash64(functions.col(FEATURES), functions.col(LABEL)))
            .toJavaRDD();
    RowValues values = RowValues.of(shape, resize);
    return new Reading(
        rows.mapPartitionsWithIndex(
            (partition, iterator) -> new Items(partition, iterator, values), true),
        () -> places(rows),
        features.bytesPerValue());
  }

  private static Places places(JavaRDD<Row> rows) {
    SortedMap<Places.Part, Long> counts = new TreeMap<>();
    List<Long> sizes =
        rows.mapPartitions(
                iterator -> {
                  long count = 0;
                  for (; iterator.hasNext(); iterator.next()) {
                    count++;
                  }
                  return List.of(count).iterator();
                })
            .collect();
    for (int partition = 0; partition < sizes.size(); partition++) {
      counts.put(new Places.Part(Item.Place.FRAME, partition), sizes.get(partition));
    }
    return Places.of(counts);
  }

  private static final class Items implements Iterator<Item> {
    private final int partition;
    private final Iterator<Row> rows;
    private final RowValues values;
    private long position;

    Items(int partition, Iterator<Row> rows, RowValues values) {
      this.partition = partition;
      this.rows = rows;
      this.values = values;
    }

    @Override
    public boolean hasNext() {
      return rows.hasNext();
    }

    @Override
    public Item next() {
      return values.labelled(new Item.Place(Item.Place.FRAME, partition, position++), rows.next());
    }
  }
}
