package io.limbeck.spark.preparation;

import io.limbeck.core.config.ExitConfig;
import io.limbeck.core.config.SingleTeacherDistill;
import io.limbeck.core.distiller.PlannedConnector;
import io.limbeck.core.error.UserException;
import io.limbeck.core.network.FrozenTeacher;
import io.limbeck.core.network.Side;
import io.limbeck.spark.model.TeacherModel;
import io.limbeck.spark.worker.HeadedTeacher;
import io.limbeck.spark.worker.WorkerPlan;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** Class scores for teachers that have none: connectors that were trained before. */
final class TeacherHeads {
  private static final String KEY = "algorithm.teacher_head";

  private TeacherHeads() {}

  /**
   * A teacher as it is evaluated by its head.
   *
   * @param algorithm that has one
   * @param teacher whole
   * @param plan of the distillation
   * @param classes of the data
   * @throws UserException when that connector puts out no class scores, or has not learnt yet
   */
  static FrozenTeacher classifier(
      SingleTeacherDistill algorithm,
      TeacherModel teacher,
      WorkerPlan.Distillation plan,
      int classes) {
    if (algorithm.teacherTrainable()) {
      throw new UserException(
          "'%s' is the head of a frozen teacher, but 'algorithm.teacher_trainable' is true: leave one of the two out"
              .formatted(KEY));
    }
    ExitConfig head = algorithm.teacherHead();
    Map<String, PlannedConnector> connectors =
        plan.losses().connectors().stream()
            .filter(connector -> connector.side() == Side.TEACHER)
            .collect(
                Collectors.toMap(
                    PlannedConnector::name, each -> each, (a, b) -> a, LinkedHashMap::new));
    Exits.problem(KEY, head, connectors, classes)
        .ifPresent(
            problem -> {
              throw new UserException(problem);
            });
    String prefix = "connectors." + head.connector() + ".";
    if (plan.connectorWeights().keySet().stream().noneMatch(name -> name.startsWith(prefix))) {
      throw new UserException(
          ("'%s.connector' is \"%s\", which has not learnt yet: name the output folder of the experiment that trained it in"
                  + " '%s', or leave the head out")
              .formatted(KEY, head.connector(), Prepared.INIT_KEY));
    }
    String vertex = connectors.get(head.connector()).vertex();
    return HeadedTeacher.of(teacher.upTo(List.of(vertex)), plan, head);
  }
}
