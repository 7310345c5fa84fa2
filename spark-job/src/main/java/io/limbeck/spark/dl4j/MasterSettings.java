package io.limbeck.spark.dl4j;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.limbeck.core.config.AveragingConfig;
import io.limbeck.core.config.ConfigReader;
import io.limbeck.core.config.ScheduleConfig;
import io.limbeck.core.distiller.DistillerConfig;
import io.limbeck.core.error.UserException;
import io.limbeck.core.schema.Binder;
import io.limbeck.core.schema.Key;

/**
 * All that a training master is told beside its networks and data.
 *
 * @param distiller what is compared with what
 * @param schedule updater and learning rate
 * @param averaging how partitions become one
 * @param studentLossWeight factor of the labels' loss
 * @param seed of the order of mini-batches
 */
record MasterSettings(
    @Key("What is compared with what") DistillerConfig distiller,
    @Key(value = "Updater and learning rate; the data tell the size of mini-batches", def = "{}")
        ScheduleConfig schedule,
    @Key(value = "How the partitions' students become one; the data tell their number", def = "{}")
        AveragingConfig averaging,
    @Key(value = "Factor of the labels' loss; 0 leaves the labels out", def = "1.0", min = 0)
        double studentLossWeight,
    @Key(value = "Seed of the order of mini-batches", def = "1", min = 0) long seed) {

  /** Checks that nothing is asked for that belongs to an evaluation. */
  MasterSettings {
    if (averaging.recomputeBatchNorm() != null) {
      throw new UserException(
          "'averaging.recompute_batch_norm' belongs to an evaluation, which is SparkComputationGraph's own here: leave it"
              + " out");
    }
  }

  /**
   * Reads settings.
   *
   * @param mapper of the text's format
   * @param text keys as in a config file
   * @throws UserException with every problem found
   */
  static MasterSettings read(ObjectMapper mapper, String text) {
    try {
      if (mapper.readTree(text) instanceof ObjectNode tree) {
        return new Binder<>(MasterSettings.class, ConfigReader.families()).bind(tree);
      }
      throw new UserException("The settings must be an object with keys such as 'distiller'");
    } catch (JsonProcessingException e) {
      throw new UserException(
          "The settings cannot be read, line %d, column %d: %s"
              .formatted(
                  e.getLocation() == null ? 0 : e.getLocation().getLineNr(),
                  e.getLocation() == null ? 0 : e.getLocation().getColumnNr(),
                  e.getOriginalMessage().lines().findFirst().orElse("")),
          e);
    }
  }

  /**
   * The settings as a text that {@link #read} takes.
   *
   * @param mapper of the text's format, for this call alone
   */
  String write(ObjectMapper mapper) {
    mapper.setPropertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE);
    mapper.setSerializationInclusion(JsonInclude.Include.NON_NULL);
    ConfigReader.families().register(mapper);
    try {
      return mapper.writeValueAsString(this);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }
}
