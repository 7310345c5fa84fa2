package io.limbeck.spark.worker;

import io.limbeck.core.network.FrozenTeacher;
import io.limbeck.core.network.Teacher;
import io.limbeck.dl4j.graph.TeacherEnsemble;
import java.io.Serializable;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The teachers of a run as they travel to the executors.
 *
 * @param networks by name; one teacher alone has the empty name, and its vertices their own
 */
public record FrozenTeachers(Map<String, FrozenTeacher> networks) implements Serializable {

  /**
   * One teacher.
   *
   * @param network up to what is recorded
   */
  public static FrozenTeachers of(FrozenTeacher network) {
    return new FrozenTeachers(new LinkedHashMap<>(Map.of("", network)));
  }

  /** A running instance of the only one. */
  public Teacher alone() {
    return instances().get("");
  }

  /** Running instances, which share their weights with all others of this JVM. */
  Map<String, Teacher> instances() {
    Map<String, Teacher> instances = new LinkedHashMap<>();
    networks.forEach((name, network) -> instances.put(name, Teachers.loaded(network).instance()));
    return instances;
  }

  /**
   * The instances as one teacher.
   *
   * @param instances from {@link #instances()}
   * @param input what the common input is called
   */
  static Teacher together(Map<String, Teacher> instances, String input) {
    Teacher alone = instances.get("");
    return alone == null ? new TeacherEnsemble(input, instances) : alone;
  }
}
