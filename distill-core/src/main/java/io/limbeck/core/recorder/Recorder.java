package io.limbeck.core.recorder;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import java.io.Serializable;

/** What one recorder captures, as a config file says it. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
@JsonSubTypes(@JsonSubTypes.Type(value = ModuleOutputs.class, name = "ModuleOutputs"))
public sealed interface Recorder extends Serializable permits ModuleOutputs {
  /** The name of what is captured. */
  String source();
}
