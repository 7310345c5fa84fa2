package io.limbeck.core.distiller;

import io.limbeck.core.error.Names;
import io.limbeck.core.loss.LossArgument.Kind;
import io.limbeck.core.network.Side;
import io.limbeck.core.recorder.Origin;
import io.limbeck.core.recorder.RecorderManager;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;

/** Follows references to recorded values and says where one leads nowhere. */
final class ReferenceCheck {
  private final RecorderManager student;
  private final RecorderManager teacher;
  private final Learner learner;
  private final List<String> problems;

  ReferenceCheck(
      RecorderManager student, RecorderManager teacher, Learner learner, List<String> problems) {
    this.student = student;
    this.teacher = teacher;
    this.learner = learner;
    this.problems = problems;
  }

  /**
   * A value that a reference leads to.
   *
   * @param origin where it is recorded; null for the output of a connector
   * @param shapes of its arrays for one example; empty when only a pass can tell
   * @param targets one for each array, where its gradient goes; null for nowhere
   */
  record Value(Origin origin, Optional<List<List<Long>>> shapes, List<GradientTarget> targets) {

    boolean canBe(Kind kind) {
      if (origin instanceof Origin.Call || origin instanceof Origin.Derived) {
        return true;
      }
      return switch (kind) {
        case ARRAY -> isOneArray();
        case ARRAYS -> shapes.isPresent();
        case LABELS ->
            isOneArray() || origin instanceof Origin.Labels || origin instanceof Origin.Samples;
        case SAMPLES -> origin instanceof Origin.Samples;
        case NUMBER -> false;
      };
    }

    private boolean isOneArray() {
      return !(origin instanceof Origin.Items)
          && shapes.filter(list -> list.size() == 1).isPresent();
    }

    String word() {
      return origin == null
          ? "%d outputs of a connector".formatted(shapes.map(List::size).orElse(0))
          : origin.word();
    }

    String hint(Kind kind) {
      if (kind == Kind.ARRAY && origin == null) {
        return ": pick one with connector_idx";
      }
      return origin instanceof Origin.Items items
          ? ": pick one with data_idx, 0 to " + (items.items().size() - 1)
          : "";
    }
  }

  /** The recorded value, before any connector. */
  Optional<Value> value(String where, RecordReference reference) {
    RecorderManager manager = reference.side() == Side.STUDENT ? student : teacher;
    if (!manager.names().contains(reference.recorder())) {
      problems.add(
          "'%s.recorder' is \"%s\", which is not one of %s_recorders, %s"
              .formatted(
                  where,
                  reference.recorder(),
                  reference.side().word(),
                  Names.suggestion(reference.recorder(), manager.names())));
      return Optional.empty();
    }
    List<Origin> origins = manager.origins(reference.recorder());
    if (origins.get(0) instanceof Origin.Call call) {
      return Optional.of(new Value(call, Optional.empty(), Collections.singletonList(null)));
    }
    return execution(where, reference, origins)
        .flatMap(origin -> item(where, reference, origin))
        .map(origin -> new Value(origin, origin.shapes(), targets(origin, reference.side())));
  }

  private Optional<Origin> execution(
      String where, RecordReference reference, List<Origin> origins) {
    int size = origins.size();
    int index = reference.recordIdx() < 0 ? size + reference.recordIdx() : reference.recordIdx();
    if (index < 0 || index >= size) {
      problems.add(
          "'%s.record_idx' is %d but recorder '%s' records %d execution%s in a forward pass, so it must be from %d to %d"
              .formatted(
                  where,
                  reference.recordIdx(),
                  reference.recorder(),
                  size,
                  size == 1 ? "" : "s",
                  -size,
                  size - 1));
      return Optional.empty();
    }
    return Optional.of(origins.get(index));
  }

  private Optional<Origin> item(String where, RecordReference reference, Origin origin) {
    Integer wanted = reference.dataIdx();
    if (wanted == null) {
      return Optional.of(origin);
    }
    if (!(origin instanceof Origin.Items items)) {
      problems.add(
          "'%s.data_idx' is %d but recorder '%s' records %s, not a list: leave data_idx out"
              .formatted(where, wanted, reference.recorder(), origin.word()));
      return Optional.empty();
    }
    int size = items.items().size();
    int index = wanted < 0 ? size + wanted : wanted;
    if (index < 0 || index >= size) {
      problems.add(
          "'%s.data_idx' is %d but recorder '%s' records a list of %d, so it must be from %d to %d"
              .formatted(where, wanted, reference.recorder(), size, -size, size - 1));
      return Optional.empty();
    }
    return Optional.of(items.items().get(index));
  }

  private List<GradientTarget> targets(Origin origin, Side side) {
    List<Origin> items = origin instanceof Origin.Items several ? several.items() : List.of(origin);
    List<GradientTarget> targets = new ArrayList<>();
    items.forEach(item -> targets.add(target(item, side)));
    return Collections.unmodifiableList(targets);
  }

  private GradientTarget target(Origin origin, Side side) {
    if (side == Side.TEACHER && learner == Learner.STUDENT) {
      return null;
    }
    if (origin instanceof Origin.Activation activation && !isInput(activation)) {
      return new GradientTarget.Vertex(activation.vertex());
    }
    return origin instanceof Origin.ParameterValue parameter && learner != Learner.GENERATOR
        ? new GradientTarget.StudentParameter(parameter.name())
        : null;
  }

  private boolean isInput(Origin.Activation activation) {
    return activation.vertex().equals(student.network().input());
  }
}
