package io.limbeck.dl4j.connector;

import io.limbeck.core.connector.Connector;
import java.util.List;

/** A connector that can be built into a graph. */
public interface GraphConnector extends Connector {

  /**
   * Adds its layers.
   *
   * @param branch where to
   * @param inputs the vertices that it takes: the recorded value's, then those of {@link #others()}
   * @return the vertices that put out its outputs, in their order
   */
  List<String> build(Branch branch, List<String> inputs);
}
