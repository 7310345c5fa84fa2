package io.limbeck.core.distiller;

import io.limbeck.core.error.Names;
import io.limbeck.core.error.UserException;
import io.limbeck.core.loss.Loss;
import io.limbeck.core.loss.LossArgument;
import io.limbeck.core.network.Side;
import io.limbeck.core.network.Vertex;
import io.limbeck.core.recorder.RecorderManager;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Finds everything in a distiller block that does not fit together or does not fit the networks.
 */
final class DistillerCheck {
  private final DistillerConfig config;
  private final String key;
  private final RecorderManager student;
  private final RecorderManager teacher;
  private final List<String> problems = new ArrayList<>();

  DistillerCheck(
      DistillerConfig config, String key, RecorderManager student, RecorderManager teacher) {
    this.config = config;
    this.key = key;
    this.student = student;
    this.teacher = teacher;
  }

  /** Throws a {@link UserException} with all problems, if there are any. */
  void run() {
    for (String loss : config.distillLosses().keySet()) {
      if (!config.lossForwardMappings().containsKey(loss)) {
        problems.add(
            "'%s.distill_losses.%s' has no entry in loss_forward_mappings, so it would never be computed"
                .formatted(key, loss));
      }
    }
    config.lossForwardMappings().forEach(this::checkMapping);
    if (!problems.isEmpty()) {
      throw new UserException(problems);
    }
  }

  private void checkMapping(String name, Map<String, RecordReference> mapping) {
    String at = key + ".loss_forward_mappings." + name;
    Loss loss = config.distillLosses().get(name);
    if (loss == null) {
      problems.add(
          "'%s' names a loss that is not in distill_losses, %s"
              .formatted(at, Names.suggestion(name, config.distillLosses().keySet())));
      return;
    }
    int before = problems.size();
    List<String> arguments = loss.arguments().stream().map(LossArgument::name).toList();
    for (String given : mapping.keySet()) {
      if (!arguments.contains(given)) {
        problems.add(
            "'%s.%s' is not an argument of %s, %s"
                .formatted(
                    at,
                    given,
                    loss.getClass().getSimpleName(),
                    Names.suggestion(given, arguments)));
      }
    }
    Map<String, List<Long>> shapes = new LinkedHashMap<>();
    for (LossArgument argument : loss.arguments()) {
      checkArgument(at, argument, mapping.get(argument.name()), loss, shapes);
    }
    if (problems.size() == before) {
      loss.shapeProblem(shapes).ifPresent(problem -> problems.add("'" + at + "': " + problem));
    }
  }

  private void checkArgument(
      String at,
      LossArgument argument,
      RecordReference reference,
      Loss loss,
      Map<String, List<Long>> shapes) {
    String where = at + "." + argument.name();
    if (reference == null) {
      problems.add(
          "'%s' is missing: %s needs %s"
              .formatted(where, loss.getClass().getSimpleName(), describe(argument)));
      return;
    }
    if (reference.side() != argument.side()) {
      problems.add(
          "'%s.from_student' is %s but must be %s: %s is %s"
              .formatted(
                  where,
                  reference.fromStudent(),
                  !reference.fromStudent(),
                  argument.name(),
                  describe(argument)));
      return;
    }
    checkReference(where, reference, argument.name(), shapes);
  }

  private void checkReference(
      String where, RecordReference reference, String argument, Map<String, List<Long>> shapes) {
    RecorderManager manager = reference.side() == Side.STUDENT ? student : teacher;
    if (!manager.names().contains(reference.recorder())) {
      problems.add(
          "'%s.recorder' is \"%s\", which is not one of %s_recorders, %s"
              .formatted(
                  where,
                  reference.recorder(),
                  reference.side().word(),
                  Names.suggestion(reference.recorder(), manager.names())));
      return;
    }
    List<Vertex> executions = manager.executions(reference.recorder());
    if (reference.recordIdx() >= executions.size()) {
      problems.add(
          "'%s.record_idx' is %d but recorder '%s' records %d execution%s in a forward pass, so it must be <= %d"
              .formatted(
                  where,
                  reference.recordIdx(),
                  reference.recorder(),
                  executions.size(),
                  executions.size() == 1 ? "" : "s",
                  executions.size() - 1));
      return;
    }
    if (reference.dataIdx() != null) {
      problems.add(
          "'%s.data_idx' is %d but the outputs of a module are one array, not a list: leave data_idx out"
              .formatted(where, reference.dataIdx()));
      return;
    }
    shapes.put(argument, executions.get(reference.recordIdx()).shape());
  }

  private static String describe(LossArgument argument) {
    return argument.side() == Side.STUDENT
        ? "a value of the student (from_student: true)"
        : "a value of the teacher (from_student: false)";
  }
}
