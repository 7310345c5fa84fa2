package io.limbeck.core.distiller;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import io.limbeck.core.connector.ConnectorChain;
import io.limbeck.core.delivery.DeliveryConfig;
import io.limbeck.core.loss.Loss;
import io.limbeck.core.recorder.Recorder;
import io.limbeck.core.schema.Key;
import java.io.Serializable;
import java.util.List;
import java.util.Map;

/** The {@code distiller} block of a config. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
@JsonSubTypes({
  @JsonSubTypes.Type(
      value = DistillerConfig.ConfigurableDistiller.class,
      name = "ConfigurableDistiller"),
  // The reference has a class of its own that sets the connectors' margins; here they set them.
  @JsonSubTypes.Type(value = DistillerConfig.ConfigurableDistiller.class, name = "OFDDistiller"),
  // And one that lets no gradient through what the teacher's recorders captured; here none ever
  // goes.
  @JsonSubTypes.Type(value = DistillerConfig.ConfigurableDistiller.class, name = "BYOTDistiller")
})
public sealed interface DistillerConfig extends Serializable {

  /** What is captured in the student, by recorder name. */
  Map<String, Recorder> studentRecorders();

  /** What is captured in the teacher, by recorder name. */
  Map<String, Recorder> teacherRecorders();

  /** Which values of the student are overridden by the teacher's, by name. */
  Map<String, DeliveryConfig> distillDeliveries();

  /** The names of those that make the output of a module of the student the teacher's. */
  default List<String> moduleDeliveries() {
    return distillDeliveries().entrySet().stream()
        .filter(each -> each.getValue() instanceof DeliveryConfig.ModuleOutputs)
        .map(Map.Entry::getKey)
        .toList();
  }

  /** Modules between recorded values and losses, by name. */
  Map<String, ConnectorChain> connectors();

  /** The losses by name. */
  Map<String, Loss> distillLosses();

  /** Loss name, then argument name, then the recorded value that it is. */
  Map<String, Map<String, RecordReference>> lossForwardMappings();

  /** How the weights of losses change, by loss name. */
  Map<String, WeightSchedule> lossWeightSchedules();

  /**
   * A distiller that is wholly described by its config.
   *
   * @param studentRecorders what is captured in the student
   * @param teacherRecorders what is captured in the teacher
   * @param distillDeliveries which values of the student are the teacher's
   * @param connectors modules between recorded values and losses
   * @param distillLosses the losses by name
   * @param lossForwardMappings which recorded value is which argument of which loss
   * @param lossWeightSchedules how the weights of losses change
   */
  record ConfigurableDistiller(
      @Key(value = "What is captured in the student, by recorder name", def = "{}")
          Map<String, Recorder> studentRecorders,
      @Key(value = "What is captured in the teacher, by recorder name", def = "{}")
          Map<String, Recorder> teacherRecorders,
      @Key(
              value = "Which values of the student are overridden by the teacher's, by name",
              def = "{}")
          Map<String, DeliveryConfig> distillDeliveries,
      @Key(
              value =
                  "Modules between recorded values and losses, by name; a list runs in its order",
              def = "{}")
          Map<String, ConnectorChain> connectors,
      @Key(value = "The losses by name", minItems = 1) Map<String, Loss> distillLosses,
      @Key(
              value = "Loss name, then argument name, then the recorded value that it is",
              minItems = 1)
          Map<String, Map<String, RecordReference>> lossForwardMappings,
      @Key(value = "How the weights of losses change over the epochs, by loss name", def = "{}")
          Map<String, WeightSchedule> lossWeightSchedules)
      implements DistillerConfig {

    /**
     * Without deliveries, connectors and schedules.
     *
     * @param studentRecorders what is captured in the student
     * @param teacherRecorders what is captured in the teacher
     * @param distillLosses the losses by name
     * @param lossForwardMappings which recorded value is which argument of which loss
     */
    public ConfigurableDistiller(
        Map<String, Recorder> studentRecorders,
        Map<String, Recorder> teacherRecorders,
        Map<String, Loss> distillLosses,
        Map<String, Map<String, RecordReference>> lossForwardMappings) {
      this(
          studentRecorders,
          teacherRecorders,
          Map.of(),
          Map.of(),
          distillLosses,
          lossForwardMappings,
          Map.of());
    }
  }
}
