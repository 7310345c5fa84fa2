package io.limbeck.spark.ui;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.limbeck.spark.monitor.RunView;
import java.util.ArrayList;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Optional;
import org.apache.spark.status.AppStatusStore;
import org.apache.spark.util.kvstore.KVStoreIterator;

/** The trainings of an application as JSON, keys in snake case like those of the report. */
public final class Runs {
  private static final JsonMapper MAPPER =
      JsonMapper.builder().propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE).build();

  private final AppStatusStore store;

  /**
   * Trainings that a UI shows.
   *
   * @param store of the UI
   */
  public Runs(AppStatusStore store) {
    this.store = store;
  }

  /** All of them, without their rounds and with their last epoch alone. */
  public String list() {
    List<RunView> runs = new ArrayList<>();
    try (KVStoreIterator<RunView> each = store.store().view(RunView.class).closeableIterator()) {
      each.forEachRemaining(run -> runs.add(run.summary()));
    } catch (Exception e) {
      throw new IllegalStateException("The UI's store cannot be read", e);
    }
    return json(runs);
  }

  /**
   * One of them, with its rounds.
   *
   * @param run number of the training
   * @return empty when there is none of that number
   */
  public Optional<String> one(int run) {
    try {
      return Optional.of(json(store.store().read(RunView.class, run)));
    } catch (NoSuchElementException e) {
      return Optional.empty();
    } catch (Exception e) {
      throw new IllegalStateException("The UI's store cannot be read", e);
    }
  }

  private static String json(Object value) {
    try {
      return MAPPER.writeValueAsString(value);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }
}
