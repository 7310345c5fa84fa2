package io.limbeck.dl4j.graph;

import io.limbeck.core.config.GeneratorConfig;

/** Which parts of a training graph learn. */
public enum Learners {
  /** Everything. */
  ALL {
    @Override
    boolean include(String vertex) {
      return true;
    }
  },
  /** Only what the distiller adds: connectors and what losses learn. */
  ADDED {
    @Override
    boolean include(String vertex) {
      return vertex.startsWith(ConnectorBranches.PREFIX)
          || vertex.startsWith(TrainingGraph.LOSS_PREFIX);
    }
  },
  /** Only what makes images of noise. */
  GENERATOR {
    @Override
    boolean include(String vertex) {
      return vertex.startsWith(GeneratorConfig.PREFIX);
    }
  };

  /** Whether a vertex, or a parameter that begins with its name, is among them. */
  abstract boolean include(String vertex);

  /**
   * Those of a distillation.
   *
   * @param studentTrains whether the student learns, or only what the distiller adds to it
   */
  public static Learners of(boolean studentTrains) {
    return studentTrains ? ALL : ADDED;
  }
}
