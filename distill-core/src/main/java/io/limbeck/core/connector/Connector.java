package io.limbeck.core.connector;

import com.fasterxml.jackson.annotation.JsonTypeInfo;
import io.limbeck.core.schema.NoEffect;
import java.io.Serializable;
import java.util.List;

/**
 * A module between a recorded value and a loss, such as one that brings the student's channels to
 * the teacher's. A connector is a record whose components are its config keys. It runs once a step,
 * however many mappings name it. Anyone may add one: its class name is then its {@code type} in a
 * config.
 */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
@NoEffect(
    key = "init_cfg",
    allowed = "[null]",
    why = "weights start as PyTorch's layers start theirs")
public interface Connector extends Serializable {

  /**
   * The shapes of its outputs.
   *
   * @param inputs the shape of the recorded value for one example, then those of {@link #others()}
   * @return one for each output; {@code connector_idx} counts in this list
   * @throws IllegalArgumentException when it cannot take such an input, saying why
   */
  List<List<Long>> outputs(List<List<Long>> inputs);

  /** Whether it has parameters that learn. */
  boolean trainable();

  /** Whether it makes no sense without weights that an earlier experiment trained. */
  default boolean needsWeights() {
    return false;
  }

  /** Further outputs that it takes beside the recorded value, of other connectors. */
  default List<Output> others() {
    return List.of();
  }

  /**
   * An output of a connector.
   *
   * @param connector its name
   * @param index which output
   */
  record Output(String connector, int index) implements Serializable {}
}
