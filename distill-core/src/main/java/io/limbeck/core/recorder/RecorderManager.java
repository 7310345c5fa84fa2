package io.limbeck.core.recorder;

import io.limbeck.core.error.Names;
import io.limbeck.core.error.UserException;
import io.limbeck.core.network.NetworkDescription;
import io.limbeck.core.network.Vertex;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The recorders of one network. It knows which vertices each recorder listens to, holds what one
 * forward pass gave, and lets go of it when closed:
 *
 * <pre>{@code
 * try (recorders) {
 *   recorders.record(activations);
 *   INDArray logits = recorders.get("fc", 0);
 * }
 * }</pre>
 *
 * <p>Not for use by several threads; each worker has its own.
 */
public final class RecorderManager implements AutoCloseable {
  private final Map<String, List<Vertex>> executions = new LinkedHashMap<>();
  private final Map<String, INDArray> recorded = new HashMap<>();

  /**
   * Finds every recorder's source in a network.
   *
   * @param recorders the recorders by name
   * @param network the network that they listen to
   * @param key the config key that holds them, for messages
   * @throws UserException naming every source that is not in the network, and the nearest name that
   *     is
   */
  public RecorderManager(Map<String, Recorder> recorders, NetworkDescription network, String key) {
    List<String> problems = new ArrayList<>();
    recorders.forEach(
        (name, recorder) -> {
          List<Vertex> found = network.executions(recorder.source());
          if (found.isEmpty()) {
            problems.add(
                "'%s.%s.source' is \"%s\", which is not in the model, %s"
                    .formatted(
                        key,
                        name,
                        recorder.source(),
                        Names.suggestion(recorder.source(), network.sources())));
          }
          executions.put(name, found);
        });
    if (!problems.isEmpty()) {
      throw new UserException(problems);
    }
  }

  /** The recorders' names. */
  public Set<String> names() {
    return executions.keySet();
  }

  /**
   * The vertices that a recorder listens to, one for each execution of its module.
   *
   * @param recorder its name
   */
  public List<Vertex> executions(String recorder) {
    return executions.get(recorder);
  }

  /** The names of all vertices that must be handed to {@link #record}. */
  public Set<String> vertices() {
    Set<String> vertices = new LinkedHashSet<>();
    executions.values().forEach(list -> list.forEach(vertex -> vertices.add(vertex.name())));
    return vertices;
  }

  /**
   * Captures the recorded vertices of one forward pass, by reference.
   *
   * @param activations the output of every vertex that ran, by name
   * @throws IllegalStateException when a vertex that must be recorded did not run
   */
  public void record(Map<String, INDArray> activations) {
    for (String vertex : vertices()) {
      INDArray value = activations.get(vertex);
      if (value == null) {
        throw new IllegalStateException("The forward pass gave no output of '" + vertex + "'");
      }
      recorded.put(vertex, value);
    }
  }

  /**
   * What a recorder captured.
   *
   * @param recorder its name
   * @param recordIdx which execution of the module, from 0
   * @return the array of the forward pass, batch first; not a copy
   * @throws IllegalStateException when nothing has been recorded
   */
  public INDArray get(String recorder, int recordIdx) {
    String vertex = executions.get(recorder).get(recordIdx).name();
    INDArray value = recorded.get(vertex);
    if (value == null) {
      throw new IllegalStateException("Recorder '" + recorder + "' has recorded nothing");
    }
    return value;
  }

  /** Lets go of what was recorded. The manager can record again. */
  @Override
  public void close() {
    recorded.clear();
  }
}
