package io.limbeck.core.config;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.limbeck.core.schema.Key;
import java.io.Serializable;

/**
 * How the students of the partitions become one.
 *
 * @param workers partitions of the training examples; null for the cores that Spark has
 * @param frequency steps between two averagings
 * @param weighted whether partitions count by their examples
 * @param updaterState what becomes of momentum and the like
 */
public record AveragingConfig(
    @Key(
            value =
                "Partitions of the training examples, each with a student of its own; the result depends on it, so set it"
                    + " where runs must be repeatable on other machines. By default the cores that Spark has",
            optional = true,
            min = 1)
        Integer workers,
    @Key(
            value = "Mini-batches that every partition takes between two averagings",
            def = "10",
            min = 1)
        int frequency,
    @Key(
            value = "Whether a partition counts by its examples, or else all count alike",
            def = "true")
        boolean weighted,
    @Key(
            value = "What becomes of the updater's state, such as momentum, at an averaging",
            def = "\"average\"")
        UpdaterState updaterState)
    implements Serializable {

  /** What becomes of the updater's state at an averaging. */
  public enum UpdaterState {
    /** Averaged like the parameters. */
    @JsonProperty("average")
    AVERAGE,
    /** Every round starts with none. */
    @JsonProperty("reset")
    RESET
  }
}
