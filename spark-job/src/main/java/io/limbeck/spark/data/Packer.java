package io.limbeck.spark.data;

import io.limbeck.spark.source.Item;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import org.apache.spark.api.java.JavaPairRDD;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.function.Function2;
import scala.Tuple2;

/** Deals numbered examples out to segments of partitions, and packs each segment. */
final class Packer {
  private Packer() {}

  static JavaRDD<Packed> pack(
      JavaPairRDD<Long, Item> numbered, Dealing dealing, Preprocessing preprocessing) {
    return dealing
        .deal(numbered.map(pair -> pair), pair -> pair._1())
        .mapPartitionsWithIndex(new PackSegment(dealing, preprocessing), true);
  }

  /**
   * Packs examples that are together already.
   *
   * @param numbered any
   * @param preprocessing of their values
   */
  static Packed packOne(List<Tuple2<Long, Item>> numbered, Preprocessing preprocessing) {
    return new PackSegment(new Dealing(1, 1), preprocessing).pack(0, numbered);
  }

  /**
   * A block, or what is wrong with its examples.
   *
   * @param block null where something is wrong
   * @param problem null where all is well
   * @param firstBad the number of the example that is wrong
   * @param examples in the block
   * @param range of their raw values
   * @param checksum of the examples, which adds up over blocks however they are dealt out
   */
  record Packed(
      PackedBlock block,
      String problem,
      long firstBad,
      long examples,
      ValueRange range,
      long checksum)
      implements java.io.Serializable {

    /** What the driver must know of it. */
    Packed withoutBlock() {
      return new Packed(null, problem, firstBad, examples, range, checksum);
    }
  }

  private static final class PackSegment
      implements Function2<Integer, Iterator<Tuple2<Long, Item>>, Iterator<Packed>> {
    private static final long serialVersionUID = 1L;
    private static final int FITS = Integer.MIN_VALUE;
    private final Dealing dealing;
    private final Preprocessing preprocessing;

    PackSegment(Dealing dealing, Preprocessing preprocessing) {
      this.dealing = dealing;
      this.preprocessing = preprocessing;
    }

    @Override
    public Iterator<Packed> call(Integer number, Iterator<Tuple2<Long, Item>> items) {
      List<Tuple2<Long, Item>> sorted = new ArrayList<>();
      items.forEachRemaining(sorted::add);
      sorted.sort(Comparator.comparing(Tuple2::_1));
      return List.of(pack(number, sorted)).iterator();
    }

    Packed pack(int number, List<Tuple2<Long, Item>> sorted) {
      for (Tuple2<Long, Item> each : sorted) {
        String problem = problem(each._2(), each._1());
        if (problem != null) {
          return new Packed(null, problem, each._1(), 0, ValueRange.NONE, 0);
        }
      }
      PackedBlock block = block(number, sorted);
      return new Packed(
          block, null, Long.MAX_VALUE, sorted.size(), block.range(), block.checksum());
    }

    private String problem(Item item, long id) {
      if (item.problem() != null) {
        return item.problem();
      }
      String name = name(item.place(), id);
      int bad = badLabel(item);
      if (bad != FITS) {
        return "%s has label %d, but with 'data.num_classes' = %d labels run from 0 to %d%s"
            .formatted(
                name,
                bad,
                preprocessing.classes(),
                preprocessing.classes() - 1,
                item.map() == null ? "" : ", and 255 is a pixel without one");
      }
      if (!Arrays.equals(item.shape(), preprocessing.shape())) {
        return "%s has shape %s, but the first example has %s: all must be of one size"
            .formatted(name, Arrays.toString(item.shape()), Arrays.toString(preprocessing.shape()));
      }
      int values = item.pixels() != null ? item.pixels().length : item.numbers().length;
      if (values != preprocessing.length()) {
        return "%s has %d values, but shape %s needs %d"
            .formatted(
                name, values, Arrays.toString(preprocessing.shape()), preprocessing.length());
      }
      if (item.map() != null && item.map().length != preprocessing.labels()) {
        return "%s has a map of %d labels, but shape %s needs %d"
            .formatted(
                name,
                item.map().length,
                Arrays.toString(preprocessing.shape()),
                preprocessing.labels());
      }
      return null;
    }

    private int badLabel(Item item) {
      if (item.map() == null) {
        return item.label() < 0 || item.label() >= preprocessing.classes() ? item.label() : FITS;
      }
      for (byte each : item.map()) {
        int label = Byte.toUnsignedInt(each);
        if (label >= preprocessing.classes() && label != Labels.NONE) {
          return label;
        }
      }
      return FITS;
    }

    /** Its number is what a user counts to, but in a data frame. */
    private static String name(Item.Place place, long id) {
      if (place.file().equals(Item.Place.FRAME)) {
        return place.name();
      }
      return "Example " + id + (place.file().isEmpty() ? "" : " (" + place.file() + ")");
    }

    private PackedBlock block(int number, List<Tuple2<Long, Item>> numbered) {
      List<Item> items = numbered.stream().map(Tuple2::_2).toList();
      return new PackedBlock(
          dealing.partition(number),
          dealing.segment(number),
          preprocessing,
          RawValues.of(items, preprocessing.length()),
          Labels.of(items),
          numbered.stream().mapToLong(Tuple2::_1).toArray());
    }
  }
}
