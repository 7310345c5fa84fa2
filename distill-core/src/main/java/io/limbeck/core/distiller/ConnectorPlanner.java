package io.limbeck.core.distiller;

import io.limbeck.core.connector.Connector;
import io.limbeck.core.connector.ConnectorChain;
import io.limbeck.core.error.Names;
import io.limbeck.core.network.Side;
import io.limbeck.core.recorder.Origin;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Finds out what each connector is connected to: the one recorded value that the mappings send
 * through it.
 */
final class ConnectorPlanner {
  private final Map<String, ConnectorChain> connectors;
  private final Map<String, Map<String, RecordReference>> mappings;
  private final String distillerKey;
  private final String key;
  private final ReferenceCheck references;
  private final List<String> problems;
  private final Map<String, Source> sources = new LinkedHashMap<>();
  private final Map<String, PlannedConnector> planned = new LinkedHashMap<>();

  ConnectorPlanner(
      DistillerConfig config, String key, ReferenceCheck references, List<String> problems) {
    this.connectors = config.connectors();
    this.mappings = config.lossForwardMappings();
    this.distillerKey = key;
    this.key = key + ".connectors";
    this.references = references;
    this.problems = problems;
  }

  /** What a connector takes, and the mapping that says so first. */
  private record Source(String where, Side side, String vertex, List<Long> shape, boolean learns) {
    boolean isSame(Source other) {
      return side == other.side && vertex.equals(other.vertex);
    }
  }

  /** The connectors, each after those whose outputs it takes. */
  List<PlannedConnector> planned() {
    return List.copyOf(planned.values());
  }

  void plan() {
    mappings.forEach(
        (loss, mapping) ->
            mapping.forEach(
                (argument, reference) ->
                    connect(
                        distillerKey + ".loss_forward_mappings." + loss + "." + argument,
                        reference)));
    if (problems.isEmpty()) {
      // One that no mapping names never runs: the reference's own configs hold such, for a later
      // stage.
      sources.keySet().forEach(name -> plan(name, new LinkedHashSet<>()));
    }
  }

  private void connect(String where, RecordReference reference) {
    String name = reference.connector();
    if (name == null) {
      if (reference.connectorIdx() != null) {
        problems.add(
            "'%s.connector_idx' is %d but there is no connector beside it"
                .formatted(where, reference.connectorIdx()));
      }
      return;
    }
    if (!connectors.containsKey(name)) {
      problems.add(
          "'%s.connector' is \"%s\", which is not one of connectors, %s"
              .formatted(where, name, Names.suggestion(name, connectors.keySet())));
      return;
    }
    references.value(where, reference).ifPresent(value -> connect(where, reference, value));
  }

  private void connect(String where, RecordReference reference, ReferenceCheck.Value value) {
    String name = reference.connector();
    if (!(value.origin() instanceof Origin.Activation activation)) {
      problems.add(
          "'%s.connector': a connector takes the output of a module, but recorder '%s' records %s"
              .formatted(where, reference.recorder(), value.origin().word()));
      return;
    }
    Source source =
        new Source(
            where,
            reference.side(),
            activation.vertex(),
            activation.shape(),
            value.targets().get(0) != null);
    Source before = sources.putIfAbsent(name, source);
    if (before != null && !before.isSame(source)) {
      problems.add(
          "'%s.%s' is named for %s '%s' by '%s' and for %s '%s' by '%s': give each its own connector"
              .formatted(
                  key,
                  name,
                  before.side().word(),
                  before.vertex(),
                  before.where(),
                  source.side().word(),
                  source.vertex(),
                  where));
    }
  }

  private void plan(String name, Set<String> open) {
    if (planned.containsKey(name)) {
      return;
    }
    if (!sources.containsKey(name)) {
      problems.add(
          "'%s.%s' is not named by any mapping, so another connector cannot take its output"
              .formatted(key, name));
      return;
    }
    if (!open.add(name)) {
      problems.add("'%s.%s' takes, by way of %s, its own output".formatted(key, name, open));
      return;
    }
    ConnectorChain chain = connectors.get(name);
    Source source = sources.get(name);
    List<List<Long>> inputs = new ArrayList<>();
    inputs.add(source.shape());
    boolean learns = source.learns() || chain.trainable();
    for (Connector.Output other : chain.others()) {
      Optional<PlannedConnector> from = other(name, other, open);
      if (from.isEmpty()) {
        return;
      }
      inputs.add(from.get().outputs().get(other.index()));
      learns |= from.get().trains();
    }
    try {
      planned.put(
          name,
          new PlannedConnector(
              name, chain, source.side(), source.vertex(), chain.outputs(inputs), learns));
    } catch (IllegalArgumentException e) {
      problems.add(
          "'%s.%s' cannot take %s '%s' of shape %s: %s"
              .formatted(
                  key,
                  name,
                  source.side().word(),
                  source.vertex(),
                  source.shape(),
                  e.getMessage()));
    }
  }

  private Optional<PlannedConnector> other(String name, Connector.Output other, Set<String> open) {
    if (!connectors.containsKey(other.connector())) {
      problems.add(
          "'%s.%s' takes the output of connector \"%s\", which is not one of connectors, %s"
              .formatted(
                  key,
                  name,
                  other.connector(),
                  Names.suggestion(other.connector(), connectors.keySet())));
      return Optional.empty();
    }
    plan(other.connector(), open);
    PlannedConnector from = planned.get(other.connector());
    if (from != null && other.index() >= from.outputs().size()) {
      problems.add(
          "'%s.%s' takes output %d of connector '%s', which has %d"
              .formatted(key, name, other.index(), other.connector(), from.outputs().size()));
      return Optional.empty();
    }
    return Optional.ofNullable(from);
  }

  /** What a reference through a connector leads to. */
  Optional<ReferenceCheck.Value> output(String where, RecordReference reference) {
    PlannedConnector connector = planned.get(reference.connector());
    List<List<Long>> outputs = connector.outputs();
    if (reference.connectorIdx() == null) {
      return Optional.of(value(connector, 0, outputs.size()));
    }
    int size = outputs.size();
    int index =
        reference.connectorIdx() < 0 ? size + reference.connectorIdx() : reference.connectorIdx();
    if (index < 0 || index >= size) {
      problems.add(
          "'%s.connector_idx' is %d but connector '%s' has %d output%s, so it must be from %d to %d"
              .formatted(
                  where,
                  reference.connectorIdx(),
                  reference.connector(),
                  size,
                  size == 1 ? "" : "s",
                  -size,
                  size - 1));
      return Optional.empty();
    }
    return Optional.of(value(connector, index, index + 1));
  }

  private static ReferenceCheck.Value value(PlannedConnector connector, int from, int to) {
    List<GradientTarget> targets = new ArrayList<>();
    for (int i = from; i < to; i++) {
      targets.add(
          connector.trains() ? new GradientTarget.ConnectorOutput(connector.name(), i) : null);
    }
    return new ReferenceCheck.Value(
        null, Optional.of(connector.outputs().subList(from, to)), targets);
  }
}
