package io.limbeck.spark.data;

import io.limbeck.core.config.DataConfig;
import io.limbeck.core.error.UserException;
import io.limbeck.spark.source.Item;
import io.limbeck.spark.source.RowValues;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.sql.Row;
import org.nd4j.linalg.api.ndarray.INDArray;
import scala.Tuple2;

/** Makes inputs of a network of rows without labels, as training makes them. */
public final class InputRows implements Serializable {
  private static final long serialVersionUID = 1L;
  private static final int NO_LABEL = 0;

  private final Preprocessing preprocessing;
  private final RowValues values;

  /**
   * Inputs as a config has them.
   *
   * @param data how values become inputs
   * @param shape of one example
   */
  public InputRows(DataConfig data, int... shape) {
    this.preprocessing = new Preprocessing(shape, data.numClasses(), data.normalize(), List.of());
    this.values = RowValues.of(data.shape(), data.resize());
  }

  /**
   * A mini-batch.
   *
   * @param rows at least one
   * @param column of the examples, as {@link io.limbeck.spark.source.Columns#features} makes it
   * @return {@code [rows, …]}
   * @throws UserException when a row has no example of the network's shape
   */
  public INDArray inputs(List<Row> rows, int column) {
    List<Tuple2<Long, Item>> items = new ArrayList<>();
    for (Row row : rows) {
      long number = items.size();
      Item.Place place = new Item.Place(Item.Place.FRAME, 0, number);
      items.add(new Tuple2<>(number, values.item(place, row, column, NO_LABEL)));
    }
    Packer.Packed packed = Packer.packOne(items, preprocessing);
    if (packed.problem() != null) {
      throw new UserException(packed.problem());
    }
    return packed.block().inOrder(rows.size()).batch(0).features();
  }
}
