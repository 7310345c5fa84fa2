package io.limbeck.spark.source;

import io.limbeck.core.config.DataConfig.Resize;
import io.limbeck.core.config.LabelType;
import java.io.Serializable;
import java.util.List;
import org.apache.spark.sql.Row;

/**
 * Makes examples of the values in rows: encoded images, raw pixels or numbers.
 *
 * @param shape of one example; null where the values tell
 * @param resize of encoded images; null for none
 * @param labelType what the column of labels holds
 */
public record RowValues(int[] shape, Resize resize, LabelType labelType) implements Serializable {

  static RowValues of(List<Integer> shape, Resize resize, LabelType labelType) {
    return new RowValues(
        shape == null ? null : shape.stream().mapToInt(Integer::intValue).toArray(),
        resize,
        labelType);
  }

  /**
   * Of rows whose labels, if they have any, are numbers.
   *
   * @param shape of one example; null where the values tell
   * @param resize of encoded images; null for none
   */
  public static RowValues of(List<Integer> shape, Resize resize) {
    return of(shape, resize, LabelType.CLASS);
  }

  /**
   * An example with its label.
   *
   * @param place where it stood
   * @param row its values in column 0, its label in column 1
   */
  Item labelled(Item.Place place, Row row) {
    if (row.isNullAt(1)) {
      return Item.ofProblem(
          place,
          place.name()
              + (labelType == LabelType.MAP
                  ? " has no map of labels"
                  : " has no label, or one that is not an integer"));
    }
    if (labelType == LabelType.MAP) {
      return withMap(item(place, row, 0, 0), row.getAs(1));
    }
    return item(place, row, 0, row.getInt(1));
  }

  /** An example with the class of each of its pixels, raw or in an encoded image. */
  static Item withMap(Item item, byte[] map) {
    if (item.problem() != null) {
      return item;
    }
    byte[] classes = ImageDecoder.isEncoded(map) ? ImageDecoder.classes(map) : map;
    return classes == null
        ? Item.ofProblem(
            item.place(),
            item.place().name()
                + " has a map of labels that is no image of one channel or of palette indices")
        : item.labelled(classes);
  }

  /**
   * An example.
   *
   * @param place where it stood
   * @param row its values, and others
   * @param column of its values
   * @param label its class
   */
  public Item item(Item.Place place, Row row, int column, int label) {
    if (row.isNullAt(column)) {
      return Item.ofProblem(place, place.name() + " has no values");
    }
    return row.get(column) instanceof byte[] bytes
        ? image(place, bytes, label)
        : numbers(place, row.getList(column), label);
  }

  private Item image(Item.Place place, byte[] bytes, int label) {
    if (ImageDecoder.isEncoded(bytes)) {
      return ImageDecoder.decode(place, bytes, label, place.name(), resize);
    }
    if (shape == null) {
      return Item.ofProblem(
          place,
          "'data.shape' is missing: %s holds raw pixels, whose shape must be told"
              .formatted(place.file()));
    }
    return Item.ofPixels(place, bytes, shape, label);
  }

  private Item numbers(Item.Place place, List<Float> values, int label) {
    float[] numbers = new float[values.size()];
    int i = 0;
    for (Float value : values) {
      if (value == null || !Float.isFinite(value)) {
        return Item.ofProblem(place, place.name() + " has no finite number in position " + i);
      }
      numbers[i++] = value;
    }
    return Item.ofNumbers(
        place, numbers, shape == null ? new int[] {numbers.length} : shape, label);
  }
}
