package io.limbeck.core.config;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.limbeck.core.error.UserException;
import io.limbeck.core.schema.Key;
import java.io.Serializable;

/**
 * How the students of the partitions become one.
 *
 * @param workers partitions of the training examples; null for the cores that Spark has
 * @param frequency steps between two averagings
 * @param frequencySchedule how that number changes
 * @param weighted whether partitions count by their examples
 * @param updaterState what becomes of momentum and the like
 * @param outer what becomes of the mean
 * @param deltas how precisely what a partition learnt travels
 * @param recomputeBatchNorm mini-batches of each partition that BatchNorm's statistics are computed
 *     from before an evaluation; null for their running averages
 * @param badNumbers what becomes of a partition whose losses or parameters are not finite
 */
public record AveragingConfig(
    @Key(
            value =
                "Partitions of the training examples, each with a student of its own; the result depends on it, so set it"
                    + " where runs must be repeatable on other machines. By default as many as tasks run at once: the cores that"
                    + " Spark has, or what its GPUs take",
            optional = true,
            min = 1)
        Integer workers,
    @Key(
            value =
                "Mini-batches that every partition takes between two averagings; an epoch's end is one as well",
            def = "10",
            min = 1)
        int frequency,
    @Key(
            value = "How the number of mini-batches between two averagings changes",
            def = "{\"type\": \"Constant\"}")
        FrequencySchedule frequencySchedule,
    @Key(
            value = "Whether a partition counts by its examples, or else all count alike",
            def = "true")
        boolean weighted,
    @Key(
            value = "What becomes of the updater's state, such as momentum, at an averaging",
            def = "\"average\"")
        UpdaterState updaterState,
    @Key(value = "What the driver makes of the partitions' mean", def = "{\"type\": \"None\"}")
        OuterOptimizer outer,
    @Key(
            value =
                "How what a partition learnt travels to the driver: half sends its difference to the round's start in 16"
                    + " bits a number",
            def = "\"single\"")
        Deltas deltas,
    @Key(
            value =
                "Mini-batches of each partition over which BatchNorm's statistics are computed anew before every"
                    + " evaluation; by default their running averages are averaged",
            optional = true,
            min = 1)
        Integer recomputeBatchNorm,
    @Key(
            value =
                "What happens when a partition's losses or parameters are NaN or infinite: the training stops before they are"
                    + " averaged, or the round goes on without that partition and says so",
            def = "\"stop\"")
        BadNumbers badNumbers)
    implements Serializable {

  /** Checks the bound of a frequency against it. */
  public AveragingConfig {
    Integer most = frequencySchedule.maxSteps();
    if (most != null && most < frequency) {
      throw new UserException(
          "'%s.max_steps' is %d but must be >= 'averaging.frequency', %d"
              .formatted(FrequencySchedule.KEY, most, frequency));
    }
  }

  /**
   * The plain mean.
   *
   * @param workers partitions of the training examples; null for the cores that Spark has
   * @param frequency steps between two averagings
   * @param weighted whether partitions count by their examples
   * @param updaterState what becomes of momentum and the like
   */
  public AveragingConfig(
      Integer workers, int frequency, boolean weighted, UpdaterState updaterState) {
    this(
        workers,
        frequency,
        new FrequencySchedule.Constant(),
        weighted,
        updaterState,
        new OuterOptimizer.None(),
        Deltas.SINGLE,
        null,
        BadNumbers.STOP);
  }

  /** What becomes of the updater's state at an averaging. */
  public enum UpdaterState {
    /** Averaged like the parameters. */
    @JsonProperty("average")
    AVERAGE,
    /** Every round starts with none. */
    @JsonProperty("reset")
    RESET
  }

  /** What becomes of a partition whose losses or parameters are not finite. */
  public enum BadNumbers {
    /** The training stops, and its last checkpoint stays. */
    @JsonProperty("stop")
    STOP,
    /** The round is averaged without it, unless no other is left. */
    @JsonProperty("skip")
    SKIP
  }

  /** How precisely what a partition learnt travels to the driver. */
  public enum Deltas {
    /** All parameters, 32 bits each. */
    @JsonProperty("single")
    SINGLE,
    /**
     * The difference to the round's start, 16 bits each, which costs no accuracy in S. Jaghouar, J.
     * M. Ong, J. Hagemann, "OpenDiLoCo", 2024, arXiv:2407.07852.
     */
    @JsonProperty("half")
    HALF
  }
}
