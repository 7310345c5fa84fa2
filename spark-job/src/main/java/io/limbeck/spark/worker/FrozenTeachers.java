package io.limbeck.spark.worker;

import io.limbeck.dl4j.graph.FrozenNetwork;
import io.limbeck.dl4j.graph.Teacher;
import io.limbeck.dl4j.graph.TeacherEnsemble;
import io.limbeck.dl4j.graph.TeacherGraph;
import java.io.Serializable;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The teachers of a run as they travel to the executors.
 *
 * @param networks by name; one teacher alone has the empty name, and its vertices their own
 */
public record FrozenTeachers(Map<String, FrozenNetwork> networks) implements Serializable {

  /**
   * One teacher.
   *
   * @param network up to what is recorded
   */
  public static FrozenTeachers of(FrozenNetwork network) {
    return new FrozenTeachers(new LinkedHashMap<>(Map.of("", network)));
  }

  /** A running instance of the only one. */
  public Teacher alone() {
    return graphs().get("");
  }

  /** Running instances, which share their weights with all others of this JVM. */
  Map<String, TeacherGraph> graphs() {
    Map<String, TeacherGraph> graphs = new LinkedHashMap<>();
    networks.forEach(
        (name, network) -> graphs.put(name, network.materialise(Teachers.weights(network))));
    return graphs;
  }

  /**
   * The instances as one teacher.
   *
   * @param graphs from {@link #graphs()}
   * @param input what the common input is called
   */
  static Teacher together(Map<String, TeacherGraph> graphs, String input) {
    TeacherGraph alone = graphs.get("");
    return alone == null ? new TeacherEnsemble(input, graphs) : alone;
  }
}
