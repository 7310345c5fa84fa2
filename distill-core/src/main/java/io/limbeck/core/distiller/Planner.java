package io.limbeck.core.distiller;

import io.limbeck.core.delivery.DeliveryConfig;
import io.limbeck.core.error.Names;
import io.limbeck.core.error.UserException;
import io.limbeck.core.loss.Loss;
import io.limbeck.core.loss.LossArgument;
import io.limbeck.core.loss.Shapes;
import io.limbeck.core.network.NetworkDescription;
import io.limbeck.core.network.Side;
import io.limbeck.core.recorder.RecorderManager;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Works out where every argument of every loss comes from and where its gradient goes, and finds
 * everything in a distiller block that does not fit together or does not fit the networks.
 */
final class Planner {
  private final DistillerConfig config;
  private final String key;
  private final ConnectorPlanner connectorPlanner;
  private final ReferenceCheck references;
  private final List<String> problems = new ArrayList<>();
  private final List<PlannedLoss> losses = new ArrayList<>();

  Planner(
      DistillerConfig config,
      String key,
      RecorderManager student,
      RecorderManager teacher,
      Learner learner) {
    this.config = config;
    this.key = key;
    this.references = new ReferenceCheck(student, teacher, learner, problems);
    this.connectorPlanner = new ConnectorPlanner(config, key, references, problems);
    checkNames();
    connectorPlanner.plan();
    if (problems.isEmpty()) {
      config.lossForwardMappings().forEach(this::plan);
    } else {
      // Without connectors only what needs none can be looked at.
      config.lossForwardMappings().forEach(this::planWithoutConnectors);
    }
    throwProblems();
  }

  /** The losses, in the order of the mappings. */
  List<PlannedLoss> losses() {
    return losses;
  }

  /** The connectors, each after those whose outputs it takes. */
  List<PlannedConnector> connectors() {
    return connectorPlanner.planned();
  }

  private void checkNames() {
    for (String loss : config.distillLosses().keySet()) {
      if (!config.lossForwardMappings().containsKey(loss)) {
        problems.add(
            "'%s.distill_losses.%s' has no entry in loss_forward_mappings, so it would never be computed"
                .formatted(key, loss));
      }
    }
    for (String loss : config.lossWeightSchedules().keySet()) {
      if (!config.distillLosses().containsKey(loss)) {
        problems.add(
            "'%s.loss_weight_schedules.%s' names a loss that is not in distill_losses, %s"
                .formatted(key, loss, Names.suggestion(loss, config.distillLosses().keySet())));
      }
    }
  }

  private void planWithoutConnectors(String name, Map<String, RecordReference> mapping) {
    if (mapping.values().stream().allMatch(reference -> reference.connector() == null)) {
      plan(name, mapping);
    }
  }

  private void plan(String name, Map<String, RecordReference> mapping) {
    String at = key + ".loss_forward_mappings." + name;
    Loss loss = config.distillLosses().get(name);
    if (loss == null) {
      problems.add(
          "'%s' names a loss that is not in distill_losses, %s"
              .formatted(at, Names.suggestion(name, config.distillLosses().keySet())));
      return;
    }
    int before = problems.size();
    checkArgumentNames(at, loss, mapping);
    List<PlannedLoss.Binding> bindings = new ArrayList<>();
    Map<String, List<List<Long>>> shapes = new LinkedHashMap<>();
    for (LossArgument argument : loss.arguments()) {
      bind(at, loss, argument, mapping.get(argument.name()))
          .ifPresent(
              value -> {
                bindings.add(
                    new PlannedLoss.Binding(
                        argument,
                        mapping.get(argument.name()),
                        value.origin() == null ? List.of() : value.origin().vertices(),
                        value.targets()));
                value.shapes().ifPresent(known -> shapes.put(argument.name(), known));
              });
    }
    if (problems.size() > before) {
      return;
    }
    Optional<String> misfit = loss.shapeProblem(new Shapes(shapes));
    misfit.ifPresent(problem -> problems.add("'" + at + "': " + problem));
    if (misfit.isEmpty()) {
      PlannedLoss planned =
          new PlannedLoss(
              name,
              loss,
              bindings,
              loss.parameters(new Shapes(shapes)),
              config.lossWeightSchedules().getOrDefault(name, new WeightSchedule.Constant(0)));
      requireLearning(at, planned);
      losses.add(planned);
    }
  }

  private void checkArgumentNames(String at, Loss loss, Map<String, RecordReference> mapping) {
    List<String> arguments = loss.arguments().stream().map(LossArgument::name).toList();
    for (String given : mapping.keySet()) {
      if (!arguments.contains(given)) {
        problems.add(
            "'%s.%s' is not an argument of %s, %s"
                .formatted(at, given, nameOf(loss), Names.suggestion(given, arguments)));
      }
    }
  }

  private Optional<ReferenceCheck.Value> bind(
      String at, Loss loss, LossArgument argument, RecordReference reference) {
    String where = at + "." + argument.name();
    if (reference == null) {
      if (argument.required()) {
        problems.add(
            "'%s' is missing: %s needs %s".formatted(where, nameOf(loss), usually(argument)));
      }
      return Optional.empty();
    }
    Optional<ReferenceCheck.Value> value =
        references
            .value(where, reference)
            .flatMap(
                recorded ->
                    reference.connector() == null
                        ? Optional.of(recorded)
                        : connectorPlanner.output(where, reference));
    return value.filter(found -> fits(where, loss, argument, found));
  }

  private boolean fits(String where, Loss loss, LossArgument argument, ReferenceCheck.Value value) {
    if (value.canBe(argument.kind())) {
      return true;
    }
    problems.add(
        "'%s' is %s but %s needs %s%s"
            .formatted(
                where,
                value.word(),
                nameOf(loss),
                argument.kind().word(),
                value.hint(argument.kind())));
    return false;
  }

  private void requireLearning(String at, PlannedLoss planned) {
    if (!planned.learns()) {
      problems.add(
          "'%s': %s would teach nothing: none of the values that it gives gradients to is the student's or goes"
                  .formatted(at, nameOf(planned.loss()))
              + " through a trainable connector"
              + planned.loss().arguments().stream()
                  .filter(LossArgument::differentiable)
                  .map(argument -> ", " + argument.name() + " is usually " + usually(argument))
                  .findFirst()
                  .orElse(""));
    }
  }

  /** Checks that deliveries of modules name modules, and that their shapes agree. */
  void checkDeliveries(NetworkDescription student, NetworkDescription teacher) {
    config
        .distillDeliveries()
        .forEach(
            (name, delivery) -> {
              if (delivery instanceof DeliveryConfig.ModuleOutputs module) {
                checkDelivery(key + ".distill_deliveries." + name, module, student, teacher);
              }
            });
    throwProblems();
  }

  private void checkDelivery(
      String at,
      DeliveryConfig.ModuleOutputs module,
      NetworkDescription student,
      NetworkDescription teacher) {
    int before = problems.size();
    requireModule(at + ".source", module.source(), student);
    requireModule(at + ".teacher_source", module.from(), teacher);
    if (problems.size() == before) {
      List<Long> own = student.shapeOf(student.scope() + module.source());
      List<Long> delivered = teacher.shapeOf(teacher.scope() + module.from());
      if (!own.equals(delivered)) {
        problems.add(
            "'%s': the student's '%s' has shape %s but the teacher's '%s' has shape %s, a delivery needs equal shapes"
                .formatted(at, module.source(), own, module.from(), delivered));
      }
    }
  }

  private void requireModule(String at, String source, NetworkDescription network) {
    if (network.vertex(network.scope() + source).isEmpty()) {
      problems.add(
          "'%s' is \"%s\", which is not in the model, %s"
              .formatted(at, source, Names.suggestion(source, network.sources())));
    }
  }

  private void throwProblems() {
    if (!problems.isEmpty()) {
      throw new UserException(problems.stream().distinct().toList());
    }
  }

  private static String nameOf(Loss loss) {
    return loss.getClass().getSimpleName();
  }

  private static String usually(LossArgument argument) {
    return switch (argument.kind()) {
      case LABELS -> "the labels (a ModuleInputs recorder of the loss module, data_idx: 1)";
      case SAMPLES -> "the data samples (a ModuleInputs recorder of \"\", data_idx: 1)";
      default ->
          "%s of the %s (from_student: %s)"
              .formatted(
                  argument.kind() == LossArgument.Kind.ARRAY ? "a value" : argument.kind().word(),
                  argument.side().word(),
                  argument.side() == Side.STUDENT);
    };
  }
}
