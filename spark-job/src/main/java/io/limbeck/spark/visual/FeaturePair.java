package io.limbeck.spark.visual;

import io.limbeck.core.distiller.DistillerConfig;
import io.limbeck.core.distiller.RecordReference;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A value of the student and the value of the teacher that a loss compares it with.
 *
 * @param student what the student recorded
 * @param teacher what the teacher recorded
 */
public record FeaturePair(RecordReference student, RecordReference teacher) {

  /**
   * Every pair that some loss compares, by a name that can be a file's.
   *
   * @param config of a distiller
   */
  public static Map<String, FeaturePair> of(DistillerConfig config) {
    Map<String, FeaturePair> pairs = new LinkedHashMap<>();
    for (Map<String, RecordReference> arguments : config.lossForwardMappings().values()) {
      List<RecordReference> ofStudent = side(arguments, true);
      List<RecordReference> ofTeacher = side(arguments, false);
      for (int i = 0; i < Math.min(ofStudent.size(), ofTeacher.size()); i++) {
        FeaturePair pair = new FeaturePair(ofStudent.get(i), ofTeacher.get(i));
        pairs.putIfAbsent(pair.name(), pair);
      }
    }
    return pairs;
  }

  private static List<RecordReference> side(
      Map<String, RecordReference> arguments, boolean student) {
    return arguments.values().stream().filter(value -> value.fromStudent() == student).toList();
  }

  private String name() {
    String ofStudent = name(student);
    String ofTeacher = name(teacher);
    return ofStudent.equals(ofTeacher) ? ofStudent : ofStudent + "-" + ofTeacher;
  }

  private static String name(RecordReference reference) {
    StringBuilder name = new StringBuilder(reference.recorder());
    if (reference.recordIdx() != 0) {
      name.append("_record").append(reference.recordIdx());
    }
    if (reference.dataIdx() != null) {
      name.append("_data").append(reference.dataIdx());
    }
    return name.toString();
  }
}
