package io.limbeck.core.config;

import io.limbeck.core.schema.Key;
import java.util.Map;

/**
 * One network learns from labels alone: how a teacher is made, or a baseline.
 *
 * @param architecture the network
 */
public record Supervised(@Key("The network") ArchitectureConfig architecture)
    implements AlgorithmConfig {

  @Override
  public Map<String, LearningNetwork> learning() {
    return Map.of("", LearningNetwork.student(architecture, 1));
  }
}
