package io.limbeck.core.loss;

import java.io.Serializable;
import java.util.LinkedHashMap;
import java.util.Map;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * What a loss remembers from step to step. The loss reads it and answers with a {@link Change};
 * whoever runs the loss keeps it, applies changes, and makes it part of checkpoints.
 *
 * @param arrays tables by name, an example's numbers in its row; owned by this object
 */
public record LossState(Map<String, INDArray> arrays) implements Serializable {

  /**
   * New rows of tables.
   *
   * @param rows of each table by name, which rows
   * @param values of each table by name, {@code [rows, columns]}
   */
  public record Change(Map<String, int[]> rows, Map<String, INDArray> values)
      implements Serializable {
    /** No change. */
    public static Change none() {
      return new Change(Map.of(), Map.of());
    }

    /**
     * The same with new rows of one more table.
     *
     * @param table its name
     * @param which rows
     * @param newValues {@code [rows, columns]}
     */
    public Change with(String table, int[] which, INDArray newValues) {
      Map<String, int[]> allRows = new LinkedHashMap<>(rows);
      Map<String, INDArray> allValues = new LinkedHashMap<>(values);
      allRows.put(table, which);
      allValues.put(table, newValues);
      return new Change(allRows, allValues);
    }
  }

  /**
   * Writes new rows into this state.
   *
   * @param change what a step gave
   */
  public void apply(Change change) {
    change
        .rows()
        .forEach(
            (table, rows) -> {
              INDArray target = arrays.get(table);
              INDArray values = change.values().get(table);
              for (int i = 0; i < rows.length; i++) {
                target.putRow(rows[i], values.getRow(i));
              }
            });
  }
}
