package io.limbeck.core.config;

import java.util.Map;

/** A pipeline with frozen teachers that are told apart by their names. */
public sealed interface SeveralTeachers extends Distillation permits MultiTeacherDistill, DataFree {
  /** The teachers; {@code NAME.} begins the sources of what is recorded in one. */
  Map<String, TeacherConfig> teachers();
}
