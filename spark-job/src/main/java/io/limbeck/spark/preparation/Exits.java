package io.limbeck.spark.preparation;

import io.limbeck.core.config.Distillation;
import io.limbeck.core.config.ExitConfig;
import io.limbeck.core.config.SelfDistill;
import io.limbeck.core.distiller.Distiller;
import io.limbeck.core.distiller.PlannedConnector;
import io.limbeck.core.error.Names;
import io.limbeck.core.error.UserException;
import io.limbeck.core.network.NetworkDescription;
import io.limbeck.dl4j.graph.EarlyExits;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;

/**
 * The early exits of a network that teaches itself.
 *
 * @param wanted by name
 * @param connectors of the distiller
 * @param network that they are connected to
 */
public record Exits(
    Map<String, ExitConfig> wanted, List<PlannedConnector> connectors, NetworkDescription network) {
  private static final String KEY = "algorithm.exits";

  /** No exits. */
  public static final Exits NONE = new Exits(Map.of(), List.of(), null);

  /**
   * Those of an algorithm.
   *
   * @param algorithm that may have some
   * @param distiller of it
   * @param network the student
   * @param classes of the data
   * @throws UserException when one is no output of a connector, or not of so many classes
   */
  static Exits of(
      Distillation algorithm, Distiller distiller, NetworkDescription network, int classes) {
    if (!(algorithm instanceof SelfDistill self) || self.exits().isEmpty()) {
      return NONE;
    }
    List<String> problems = new ArrayList<>();
    Map<String, PlannedConnector> connectors =
        distiller.connectors().stream()
            .collect(
                Collectors.toMap(
                    PlannedConnector::name, each -> each, (a, b) -> a, LinkedHashMap::new));
    self.exits()
        .forEach(
            (name, exit) ->
                problem(KEY + "." + name, exit, connectors, classes).ifPresent(problems::add));
    if (!problems.isEmpty()) {
      throw new UserException(problems);
    }
    return new Exits(self.exits(), distiller.connectors(), network);
  }

  /**
   * Why something is no exit.
   *
   * @param at where the config says that it is
   * @param exit what it says
   * @param connectors by name
   * @param classes of the data
   */
  static Optional<String> problem(
      String at, ExitConfig exit, Map<String, PlannedConnector> connectors, int classes) {
    PlannedConnector connector = connectors.get(exit.connector());
    if (connector == null) {
      return Optional.of(
          "'%s.connector' is \"%s\", which is not a connector that a mapping names, %s"
              .formatted(
                  at, exit.connector(), Names.suggestion(exit.connector(), connectors.keySet())));
    }
    int outputs = connector.outputs().size();
    int index = index(exit);
    if (index >= outputs || (exit.connectorIdx() == null && outputs > 1)) {
      return Optional.of(
          "'%s.connector_idx' is %s but connector '%s' has %d output%s, so it must be from 0 to %d"
              .formatted(
                  at,
                  exit.connectorIdx() == null ? "not given" : index,
                  exit.connector(),
                  outputs,
                  outputs == 1 ? "" : "s",
                  outputs - 1));
    }
    List<Long> shape = connector.outputs().get(index);
    return shape.equals(List.of((long) classes))
        ? Optional.empty()
        : Optional.of(
            "'%s' is output %d of connector '%s', which has shape %s, but logits of %d classes are needed"
                .formatted(at, index, exit.connector(), shape, classes));
  }

  private static int index(ExitConfig exit) {
    return exit.connectorIdx() == null ? 0 : exit.connectorIdx();
  }

  /**
   * Adds them to their network.
   *
   * @param conf the network in logits form, which is changed
   * @return the vertex of each one's logits, by name
   */
  public Map<String, String> addTo(ComputationGraphConfiguration conf) {
    Map<String, String> logits = new LinkedHashMap<>();
    if (!wanted.isEmpty()) {
      Map<String, List<String>> outputs =
          EarlyExits.add(
              conf,
              network,
              connectors,
              wanted.values().stream().map(ExitConfig::connector).collect(Collectors.toSet()));
      wanted.forEach(
          (name, exit) -> logits.put(name, outputs.get(exit.connector()).get(index(exit))));
    }
    return logits;
  }
}
