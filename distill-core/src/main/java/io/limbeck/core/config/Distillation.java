package io.limbeck.core.config;

import io.limbeck.core.distiller.DistillerConfig;
import java.util.Map;

/** A pipeline in which a student learns from a distiller's losses. */
public sealed interface Distillation extends AlgorithmConfig
    permits SingleTeacherDistill, SeveralTeachers, SelfDistill, OnlineDistill {
  /** An earlier experiment whose student and connectors these start from; null for none. */
  Pretrained initCfg();

  /** Whether the student learns, or only connectors and losses. */
  boolean studentTrainable();

  /** Whether the labels' cross-entropy is part of the total. */
  boolean calculateStudentLoss();

  /** Factor of the labels' cross-entropy. */
  double studentLossWeight();

  /**
   * The epoch, from 0, from which the student learns from labels alone; null where distillation
   * goes on to the end.
   */
  Integer stopEpoch();

  /** What is compared with what. */
  DistillerConfig distiller();

  /** Factor of the labels' cross-entropy in the total; 0 where it is no part of it. */
  default double taskLossWeight() {
    return calculateStudentLoss() ? studentLossWeight() : 0;
  }

  @Override
  default Map<String, LearningNetwork> learning() {
    return Map.of("", LearningNetwork.student(architecture(), taskLossWeight()));
  }
}
