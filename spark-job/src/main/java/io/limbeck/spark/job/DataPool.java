package io.limbeck.spark.job;

import io.limbeck.core.config.DataConfig;
import io.limbeck.spark.data.DataLoader;
import io.limbeck.spark.preparation.Prepared;
import io.limbeck.spark.source.Part;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/** The examples that are loaded: those of the next experiment are often those of the last one. */
final class DataPool implements AutoCloseable {
  private final Job job;
  private final Map<Part, Dataset<Row>> frames;
  private List<Object> key;
  private Data data;

  /**
   * An empty pool.
   *
   * @param job in which examples are loaded
   * @param frames the rows of those parts whose format is {@code data_frame}
   */
  DataPool(Job job, Map<Part, Dataset<Row>> frames) {
    this.job = job;
    this.frames = frames;
  }

  /** What reads some data. */
  DataLoader loader(DataConfig config) {
    return new DataLoader(job.spark(), config, frames);
  }

  /** An experiment's examples; others are let go. */
  Data of(Prepared prepared, DataLoader loader) {
    List<Object> wanted =
        List.of(
            prepared.config().data(),
            Arrays.toString(prepared.shape()),
            prepared.workers(),
            // A data-free experiment's are noise, so many.
            Data.isMade(prepared) ? prepared.config() : "read");
    if (!wanted.equals(key)) {
      close();
      data = Data.load(job.context(), loader, prepared);
      key = wanted;
    }
    return data;
  }

  @Override
  public void close() {
    if (data != null) {
      data.release();
    }
    data = null;
    key = null;
  }
}
