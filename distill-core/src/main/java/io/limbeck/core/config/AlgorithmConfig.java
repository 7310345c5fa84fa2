package io.limbeck.core.config;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import io.limbeck.core.distiller.DistillerConfig;
import io.limbeck.core.schema.Key;
import io.limbeck.core.schema.NoEffect;
import java.io.Serializable;

/** The pipeline around the networks. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
@JsonSubTypes({
  @JsonSubTypes.Type(
      value = AlgorithmConfig.SingleTeacherDistill.class,
      name = "SingleTeacherDistill"),
  // The reference has a class of its own that prepares the connectors; here they prepare
  // themselves.
  @JsonSubTypes.Type(
      value = AlgorithmConfig.SingleTeacherDistill.class,
      name = "OverhaulFeatureDistillation"),
  @JsonSubTypes.Type(value = AlgorithmConfig.SelfDistill.class, name = "SelfDistill"),
  @JsonSubTypes.Type(value = AlgorithmConfig.Supervised.class, name = "Supervised")
})
public sealed interface AlgorithmConfig extends Serializable {

  /** The network that learns. */
  ArchitectureConfig architecture();

  /** A pipeline in which a student learns from a distiller's losses. */
  sealed interface Distillation extends AlgorithmConfig {
    /** An earlier experiment whose student and connectors these start from; null for none. */
    Pretrained initCfg();

    /** Whether the student learns, or only connectors and losses. */
    boolean studentTrainable();

    /** Whether the labels' cross-entropy is part of the total. */
    boolean calculateStudentLoss();

    /** Factor of the labels' cross-entropy. */
    double studentLossWeight();

    /** What is compared with what. */
    DistillerConfig distiller();
  }

  /**
   * A frozen teacher, a student, and the distiller's losses between them.
   *
   * @param architecture the student
   * @param teacher the teacher
   * @param teacherCkpt the teacher's weights; null when its architecture is a model file, which
   *     holds them
   * @param initCfg an earlier experiment whose student and connectors these start from; null for a
   *     fresh start
   * @param studentTrainable whether the student learns, or only connectors and losses
   * @param calculateStudentLoss whether the labels' cross-entropy is part of the total
   * @param studentLossWeight factor of the labels' cross-entropy
   * @param distiller what is compared with what
   */
  @NoEffect(key = "teacher_trainable", allowed = "[false]", why = "the teacher is frozen")
  @NoEffect(
      key = "teacher_norm_eval",
      allowed = "[true]",
      why = "the teacher's BatchNorms use the statistics that they have")
  record SingleTeacherDistill(
      @Key("The student") ArchitectureConfig architecture,
      @Key("The teacher") ArchitectureConfig teacher,
      @Key(
              value =
                  "Model zip with the teacher's weights; not needed where the teacher is a ModelFile",
              optional = true)
          String teacherCkpt,
      @Key(
              value = "An earlier experiment whose student and connectors these start from",
              optional = true)
          Pretrained initCfg,
      @Key(
              value = "Whether the student learns, or only what connectors and losses learn",
              def = "true")
          boolean studentTrainable,
      @Key(
              value = "Whether the labels' cross-entropy is added to the distillation losses",
              def = "true")
          boolean calculateStudentLoss,
      @Key(value = "Factor of the labels' cross-entropy in the total", def = "1.0", min = 0)
          double studentLossWeight,
      @Key("What is compared with what") DistillerConfig distiller)
      implements Distillation {}

  /**
   * One network teaches itself: what the teacher's recorders capture is its own, of the same pass,
   * and takes no gradient, so that deeper layers teach shallower ones.
   *
   * <p>Source: L. Zhang et al., "Be Your Own Teacher: Improve the Performance of Convolutional
   * Neural Networks via Self Distillation", ICCV 2019, arXiv:1905.08094; MMRazor's {@code
   * SelfDistill}.
   *
   * @param architecture the network
   * @param initCfg an earlier experiment whose network and connectors these start from; null for a
   *     fresh start
   * @param studentTrainable whether the network learns, or only connectors and losses
   * @param calculateStudentLoss whether the labels' cross-entropy is part of the total
   * @param studentLossWeight factor of the labels' cross-entropy
   * @param distiller what is compared with what
   */
  record SelfDistill(
      @Key("The network") ArchitectureConfig architecture,
      @Key(
              value = "An earlier experiment whose network and connectors these start from",
              optional = true)
          Pretrained initCfg,
      @Key(
              value = "Whether the network learns, or only what connectors and losses learn",
              def = "true")
          boolean studentTrainable,
      @Key(
              value = "Whether the labels' cross-entropy is added to the distillation losses",
              def = "true")
          boolean calculateStudentLoss,
      @Key(value = "Factor of the labels' cross-entropy in the total", def = "1.0", min = 0)
          double studentLossWeight,
      @Key("What is compared with what; both recorder sets are of the one network")
          DistillerConfig distiller)
      implements Distillation {}

  /**
   * One network learns from labels alone: how a teacher is made, or a baseline.
   *
   * @param architecture the network
   */
  record Supervised(@Key("The network") ArchitectureConfig architecture)
      implements AlgorithmConfig {}
}
