package io.limbeck.spark.source;

import io.limbeck.core.config.DataSource;
import java.util.function.Supplier;
import org.apache.spark.api.java.JavaPairRDD;
import org.apache.spark.api.java.JavaRDD;
import scala.Tuple2;

/**
 * The examples of a source as they are read.
 *
 * @param items in any order, decoded by the tasks that take them
 * @param places which number each one has; looking may take a pass over the files
 * @param bytesPerValue of a value as it is kept
 */
public record Reading(JavaRDD<Item> items, Supplier<Places> places, int bytesPerValue) {

  /**
   * Examples with their numbers.
   *
   * @param items in any order
   * @param count how many; 0 where the files do not tell
   */
  public record Numbered(JavaPairRDD<Long, Item> items, long count) {}

  /**
   * The examples that a config takes of the source, numbered from 0.
   *
   * @param source what is skipped and taken
   */
  public Numbered section(DataSource source) {
    Places all = places.get();
    JavaPairRDD<Long, Item> numbered =
        items.mapToPair(item -> new Tuple2<>(all.number(item.place()), item));
    long from = source.skip();
    long to = source.take() == null ? Long.MAX_VALUE : from + source.take();
    if (from == 0 && to == Long.MAX_VALUE) {
      return new Numbered(numbered, all.count());
    }
    return new Numbered(
        numbered
            .filter(pair -> pair._2().problem() != null || (pair._1() >= from && pair._1() < to))
            .mapToPair(pair -> new Tuple2<>(Math.max(0, pair._1() - from), pair._2())),
        Math.max(0, Math.min(to, all.count()) - from));
  }
}
