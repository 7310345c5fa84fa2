package io.limbeck.spark.job;

import io.limbeck.core.config.Distillation;
import io.limbeck.core.config.ExperimentConfig;
import io.limbeck.core.config.LearningNetwork;
import io.limbeck.core.config.TextCnn;
import io.limbeck.core.error.UserException;
import io.limbeck.spark.data.ExampleSet;
import io.limbeck.spark.data.ValueRange;
import io.limbeck.spark.source.Part;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What of a config can be told to be wrong only when the examples are there. */
final class ExampleChecks {
  private ExampleChecks() {}

  /**
   * Checks all of it.
   *
   * @param config what is wanted
   * @param data loaded
   * @throws UserException with all that is wrong
   */
  static void require(ExperimentConfig config, Data data) {
    List<String> problems = new ArrayList<>();
    remembered(config, data, problems);
    if (!Data.isMade(config)) {
      config
          .algorithm()
          .learning()
          .values()
          .forEach(network -> tokens(network, data).ifPresent(problems::add));
    }
    if (!problems.isEmpty()) {
      throw new UserException(problems);
    }
  }

  /** Some losses hold something for every example. */
  private static void remembered(ExperimentConfig config, Data data, List<String> problems) {
    if (config.algorithm() instanceof Distillation distill) {
      distill
          .distiller()
          .distillLosses()
          .forEach(
              (name, loss) ->
                  loss.examplesProblem(data.train().size())
                      .ifPresent(
                          problem ->
                              problems.add(
                                  "'algorithm.distiller.distill_losses.%s': %s"
                                      .formatted(name, problem))));
    }
  }

  /** A vocabulary that is too small would fail in the middle of a step. */
  private static Optional<String> tokens(LearningNetwork network, Data data) {
    if (!(network.architecture() instanceof TextCnn text)) {
      return Optional.empty();
    }
    Map<Part, ExampleSet> parts = new EnumMap<>(Part.class);
    parts.put(Part.TRAIN, data.train());
    data.validation().ifPresent(part -> parts.put(Part.VALIDATION, part));
    data.test().ifPresent(part -> parts.put(Part.TEST, part));
    return parts.entrySet().stream()
        .filter(part -> isBeyond(text, part.getValue().range()))
        .findFirst()
        .map(part -> problem(text, network.key(), part.getKey(), part.getValue().range()));
  }

  private static boolean isBeyond(TextCnn text, ValueRange range) {
    return range.smallest() < 0 || range.largest() >= text.vocabulary();
  }

  private static String problem(TextCnn text, String key, Part part, ValueRange range) {
    return "'%s.vocabulary' is %d, so tokens run from 0 to %d, but those of '%s' run from %.0f to %.0f"
        .formatted(
            key,
            text.vocabulary(),
            text.vocabulary() - 1,
            part.key(),
            range.smallest(),
            range.largest());
  }
}
