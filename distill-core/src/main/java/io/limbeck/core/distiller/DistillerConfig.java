package io.limbeck.core.distiller;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import io.limbeck.core.loss.Loss;
import io.limbeck.core.recorder.Recorder;
import io.limbeck.core.schema.Key;
import java.io.Serializable;
import java.util.Map;

/** The {@code distiller} block of a config. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
@JsonSubTypes(
    @JsonSubTypes.Type(
        value = DistillerConfig.ConfigurableDistiller.class,
        name = "ConfigurableDistiller"))
public sealed interface DistillerConfig extends Serializable {

  /** What is captured in the student, by recorder name. */
  Map<String, Recorder> studentRecorders();

  /** What is captured in the teacher, by recorder name. */
  Map<String, Recorder> teacherRecorders();

  /** The losses by name. */
  Map<String, Loss> distillLosses();

  /** Loss name, then argument name, then the recorded value that it is. */
  Map<String, Map<String, RecordReference>> lossForwardMappings();

  /**
   * A distiller that is wholly described by its config.
   *
   * @param studentRecorders what is captured in the student
   * @param teacherRecorders what is captured in the teacher
   * @param distillLosses the losses by name
   * @param lossForwardMappings which recorded value is which argument of which loss
   */
  record ConfigurableDistiller(
      @Key(value = "What is captured in the student, by recorder name", minItems = 1)
          Map<String, Recorder> studentRecorders,
      @Key(value = "What is captured in the teacher, by recorder name", minItems = 1)
          Map<String, Recorder> teacherRecorders,
      @Key(value = "The losses by name", minItems = 1) Map<String, Loss> distillLosses,
      @Key(
              value = "Loss name, then argument name, then the recorded value that it is",
              minItems = 1)
          Map<String, Map<String, RecordReference>> lossForwardMappings)
      implements DistillerConfig {}
}
