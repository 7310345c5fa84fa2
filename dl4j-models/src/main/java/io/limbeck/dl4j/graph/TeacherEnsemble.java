package io.limbeck.dl4j.graph;

import io.limbeck.core.network.Teacher;
import java.util.LinkedHashMap;
import java.util.Map;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Several teachers, told apart by their names: what is {@code head.fc} of a teacher {@code res34}
 * is {@code res34.head.fc} here.
 */
public final class TeacherEnsemble implements Teacher {
  private final String input;
  private final Map<String, Teacher> teachers;

  /**
   * An ensemble.
   *
   * @param input what the common input is called
   * @param teachers by name
   */
  public TeacherEnsemble(String input, Map<String, ? extends Teacher> teachers) {
    this.input = input;
    this.teachers = new LinkedHashMap<>(teachers);
  }

  @Override
  public Map<String, INDArray> forward(INDArray features) {
    Map<String, INDArray> all = new LinkedHashMap<>();
    teachers.forEach(
        (name, teacher) ->
            teacher
                .forward(features)
                .forEach((vertex, value) -> all.put(name + "." + vertex, value)));
    all.put(input, features);
    return all;
  }

  @Override
  public boolean isByExample() {
    return teachers.values().stream().allMatch(Teacher::isByExample);
  }

  @Override
  public INDArray parameter(String name) {
    int dot = name.indexOf('.');
    Teacher teacher = dot < 0 ? null : teachers.get(name.substring(0, dot));
    return teacher == null ? null : teacher.parameter(name.substring(dot + 1));
  }
}
