package io.limbeck.benchmarks.peer;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Locale;
import java.util.Map;

/**
 * One row of the table, on images of 3 x 32 x 32 in ten classes.
 *
 * @param work what is timed
 * @param student the network that learns, by the name that both sides know
 * @param teacher the frozen one
 * @param batch examples of a mini-batch
 */
record Case(Work work, String student, String teacher, int batch) {

  /** As it is called in reports. */
  String label() {
    String networks =
        switch (work) {
          case TEACHER_FORWARD -> teacher;
          case STUDENT_STEP, EVALUATION -> student;
          default -> teacher + " to " + student;
        };
    return "%s %s, batch %d".formatted(networks, work.title(), batch);
  }

  /** The case of which a peer was told. */
  static Case of(JsonNode command) {
    return new Case(
        Work.valueOf(command.path("work").asText().toUpperCase(Locale.ROOT)),
        command.path("student").asText(),
        command.path("teacher").asText(),
        command.path("batch").asInt());
  }

  /** What a peer is told. */
  Map<String, Object> command() {
    return Map.of(
        "work",
        work.label(),
        "student",
        student,
        "teacher",
        teacher,
        "batch",
        batch,
        "channels",
        Zoo.CHANNELS,
        "edge",
        Zoo.EDGE,
        "classes",
        Zoo.CLASSES);
  }
}
