package io.limbeck.core.config;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import java.io.Serializable;
import java.util.Map;

/** The pipeline around the networks. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
@JsonSubTypes({
  @JsonSubTypes.Type(value = SingleTeacherDistill.class, name = "SingleTeacherDistill"),
  // The reference has a class of its own that prepares the connectors; here they prepare
  // themselves.
  @JsonSubTypes.Type(value = SingleTeacherDistill.class, name = "OverhaulFeatureDistillation"),
  // There the teacher runs up to its features and not its head; here no teacher goes on from the
  // deepest vertex that is recorded.
  @JsonSubTypes.Type(value = SingleTeacherDistill.class, name = "FpnTeacherDistill"),
  @JsonSubTypes.Type(value = MultiTeacherDistill.class, name = "MultiTeacherDistill"),
  @JsonSubTypes.Type(value = SelfDistill.class, name = "SelfDistill"),
  @JsonSubTypes.Type(value = OnlineDistill.class, name = "OnlineDistill"),
  @JsonSubTypes.Type(value = DataFreeDistillation.class, name = "DataFreeDistillation"),
  @JsonSubTypes.Type(value = DaflDataFreeDistillation.class, name = "DAFLDataFreeDistillation"),
  @JsonSubTypes.Type(value = MultiStage.class, name = "MultiStage"),
  @JsonSubTypes.Type(value = Supervised.class, name = "Supervised")
})
public sealed interface AlgorithmConfig extends Serializable
    permits Distillation, MultiStage, Supervised {

  /** The network that the experiment is about, and that learns. */
  ArchitectureConfig architecture();

  /**
   * All networks that learn, by name: the one that the experiment is about first. One alone has the
   * empty name.
   */
  Map<String, LearningNetwork> learning();
}
