package io.limbeck.spark.ml;

import io.limbeck.dl4j.graph.FrozenNetwork;
import io.limbeck.dl4j.graph.TeacherGraph;
import io.limbeck.dl4j.graph.WholeBatch;
import io.limbeck.spark.data.InputRows;
import io.limbeck.spark.device.TaskDevice;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import org.apache.spark.api.java.function.MapPartitionsFunction;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Adds a network's predictions to rows, a mini-batch at a time. What a row gets does not depend on
 * which others are with it.
 *
 * @param network puts out logits
 * @param inputs makes its inputs of rows
 * @param columns what is added
 */
record PredictTask(Broadcast<FrozenNetwork> network, InputRows inputs, OutputColumns columns)
    implements MapPartitionsFunction<Row, Row> {
  private static final int BATCH = 256;

  /** Rows whose last column is that of the examples, which the added ones replace. */
  @Override
  public Iterator<Row> call(Iterator<Row> rows) {
    return new Predictions(rows);
  }

  private final class Predictions implements Iterator<Row> {
    private final Iterator<Row> rows;
    private Iterator<Row> ready = List.<Row>of().iterator();
    private TeacherGraph graph;

    Predictions(Iterator<Row> rows) {
      this.rows = rows;
    }

    @Override
    public boolean hasNext() {
      return ready.hasNext() || rows.hasNext();
    }

    @Override
    public Row next() {
      if (!ready.hasNext()) {
        List<Row> batch = new ArrayList<>();
        while (batch.size() < BATCH && rows.hasNext()) {
          batch.add(rows.next());
        }
        if (batch.isEmpty()) {
          throw new NoSuchElementException();
        }
        ready = predicted(batch).iterator();
      }
      return ready.next();
    }

    private List<Row> predicted(List<Row> batch) {
      if (graph == null) {
        TaskDevice.bind();
        graph = network.value().materialise(network.value().sharedWeights());
      }
      int own = batch.get(0).size() - 1;
      INDArray features = inputs.inputs(batch, own);
      String output = network.value().outputs().get(0);
      double[][] logits = WholeBatch.forward(graph, features, BATCH).get(output).toDoubleMatrix();
      List<Row> done = new ArrayList<>();
      for (int i = 0; i < logits.length; i++) {
        List<Object> values = new ArrayList<>();
        for (int column = 0; column < own; column++) {
          values.add(batch.get(i).get(column));
        }
        values.addAll(columns.values(logits[i]));
        done.add(RowFactory.create(values.toArray()));
      }
      return done;
    }
  }
}
