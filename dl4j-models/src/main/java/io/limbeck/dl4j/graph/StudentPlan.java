package io.limbeck.dl4j.graph;

import io.limbeck.core.delivery.DeliveryConfig;
import io.limbeck.core.distiller.Distiller;
import io.limbeck.core.distiller.PlannedConnector;
import io.limbeck.core.distiller.PlannedLoss;
import io.limbeck.core.network.Side;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * What a distiller adds to the student's graph.
 *
 * @param gradientVertices the student's vertices whose outputs receive gradients of losses
 * @param connectors those that train, each after those whose outputs it takes
 * @param losses of which some learn parameters of their own
 * @param deliveries the student's vertices whose outputs are the teacher's
 */
public record StudentPlan(
    Set<String> gradientVertices,
    List<PlannedConnector> connectors,
    List<PlannedLoss> losses,
    List<DeliveryConfig.ModuleOutputs> deliveries) {

  /** Nothing: the student learns from labels alone. */
  public static StudentPlan none() {
    return new StudentPlan(Set.of(), List.of(), List.of(), List.of());
  }

  /**
   * A distiller's.
   *
   * @param distiller the distiller
   */
  public static StudentPlan of(Distiller distiller) {
    return new StudentPlan(
        distiller.gradientVertices(),
        distiller.connectors().stream().filter(PlannedConnector::trains).toList(),
        distiller.losses(),
        distiller.moduleDeliveries());
  }

  /**
   * That of a distiller of a network that is its own teacher: all connectors run in the one graph,
   * and those behind what teaches hand no gradient on.
   *
   * @param distiller the distiller
   */
  public static StudentPlan ofItself(Distiller distiller) {
    return new StudentPlan(
        distiller.gradientVertices(),
        distiller.connectors().stream().map(StudentPlan::inside).toList(),
        distiller.losses(),
        List.of());
  }

  private static PlannedConnector inside(PlannedConnector connector) {
    return new PlannedConnector(
        connector.name(),
        connector.chain(),
        Side.STUDENT,
        connector.vertex(),
        connector.outputs(),
        connector.trains());
  }

  /** The teacher's vertices whose outputs enter the student's graph. */
  List<String> teacherVertices() {
    Set<String> vertices = new LinkedHashSet<>();
    connectors.stream()
        .filter(connector -> connector.side() == Side.TEACHER)
        .forEach(connector -> vertices.add(connector.vertex()));
    deliveries.forEach(delivery -> vertices.add(delivery.from()));
    return new ArrayList<>(vertices);
  }
}
