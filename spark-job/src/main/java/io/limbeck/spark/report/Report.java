package io.limbeck.spark.report;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.limbeck.core.error.UserException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;

/**
 * What an experiment came to.
 *
 * @param name of the experiment
 * @param algorithm its type
 * @param seeds of the runs
 * @param engine the native path that networks ran on
 * @param workers partitions that were averaged
 * @param gpus addresses of those that training ran on, by executor; null without
 * @param examples how many in each part of the data
 * @param teacher null without one
 * @param teachers several, by name; null where they have none
 * @param stages what the stages before the last one trained, by name; null where there is only one
 * @param studentAlone the student trained from labels alone; null when it was not asked for
 * @param distilled the student trained with its teacher; null without one
 * @param others networks that learnt beside the student, by name; null without any
 * @param model the network of a supervised experiment; null otherwise
 * @param gapRecovered {@code (distilled - alone) / (teacher - alone)} of the mean test accuracies:
 *     0 for nothing gained, 1 for a student as good as its teacher, or the best of several; null
 *     when one of them is missing or there is no gap
 * @param seconds where the job's time went; null in reports of earlier releases
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Report(
    String name,
    String algorithm,
    List<Long> seeds,
    String engine,
    int workers,
    Map<String, List<String>> gpus,
    Map<String, Long> examples,
    TeacherReport teacher,
    Map<String, TeacherReport> teachers,
    Map<String, ModelSeries> stages,
    ModelSeries studentAlone,
    ModelSeries distilled,
    Map<String, OtherSeries> others,
    ModelSeries model,
    Double gapRecovered,
    JobTimes seconds) {
  private static final JsonMapper MAPPER =
      JsonMapper.builder()
          .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
          .enable(SerializationFeature.INDENT_OUTPUT)
          .serializationInclusion(JsonInclude.Include.NON_NULL)
          .build();

  /**
   * The gap that distillation closed.
   *
   * @param teachers of which the best one counts
   * @param alone null without one
   * @param distilled null without one
   */
  public static Double gapRecovered(
      Collection<TeacherReport> teachers, ModelSeries alone, ModelSeries distilled) {
    OptionalDouble best =
        teachers.stream().flatMapToDouble(teacher -> teacher.comparedAccuracy().stream()).max();
    if (best.isEmpty() || alone == null || distilled == null || alone.comparedAccuracy() == null) {
      return null;
    }
    double gap = best.getAsDouble() - alone.comparedAccuracy().mean();
    return gap <= 0
        ? null
        : (distilled.comparedAccuracy().mean() - alone.comparedAccuracy().mean()) / gap;
  }

  /**
   * Reads a report.
   *
   * @param json what {@link #toJson} gave
   * @param name the file's name, for messages
   * @throws UserException when it is damaged
   */
  public static Report ofJson(byte[] json, String name) {
    try {
      return MAPPER.readValue(json, Report.class);
    } catch (IOException e) {
      throw new UserException(
          "%s is damaged: %s".formatted(name, e.getMessage().lines().findFirst().orElse("")), e);
    }
  }

  /** The same of a job that took no time: another one did the work. */
  public Report withoutTimes() {
    return new Report(
        name,
        algorithm,
        seeds,
        engine,
        workers,
        gpus,
        examples,
        teacher,
        teachers,
        stages,
        studentAlone,
        distilled,
        others,
        model,
        gapRecovered,
        JobTimes.NONE);
  }

  /** The report as JSON, keys in snake case. */
  public byte[] toJson() {
    try {
      return MAPPER.writeValueAsString(this).concat("\n").getBytes(StandardCharsets.UTF_8);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }
}
