package io.limbeck.core.recorder;

import io.limbeck.core.error.UserException;
import io.limbeck.core.network.NetworkDescription;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The recorders of one network: knows where each finds its values. One forward pass is a {@link
 * Recording}:
 *
 * <pre>{@code
 * try (Recording recording = recorders.start()) {
 *   Map<String, INDArray> activations = network.feedForward(features, false);
 *   recording.take(ForwardPass.of(activations));
 *   INDArray logits = (INDArray) recording.get("fc", 0, null);
 * }
 * }</pre>
 *
 * <p>Recordings of several threads do not see each other.
 */
public final class RecorderManager {
  private final NetworkDescription network;
  private final Map<String, Recorder> recorders;
  private final Map<String, List<Origin>> origins = new LinkedHashMap<>();

  /**
   * Finds every recorder's source in a network.
   *
   * @param recorders the recorders by name
   * @param network the network that they listen to
   * @param key the config key that holds them, for messages
   * @throws UserException naming every source that is not in the network, and the nearest name that
   *     is
   */
  public RecorderManager(
      Map<String, ? extends Recorder> recorders, NetworkDescription network, String key) {
    this.network = network;
    this.recorders = new LinkedHashMap<>(recorders);
    List<String> problems = new ArrayList<>();
    recorders.forEach(
        (name, recorder) -> {
          try {
            origins.put(name, List.copyOf(recorder.origins(network)));
          } catch (UnknownSourceException e) {
            problems.add(
                "'%s.%s.source' is \"%s\", %s"
                    .formatted(key, name, recorder.source(), e.getMessage()));
          }
        });
    if (!problems.isEmpty()) {
      throw new UserException(problems);
    }
  }

  /** The network that the recorders listen to. */
  public NetworkDescription network() {
    return network;
  }

  /** Whether a recorder watches calls of a method. */
  public boolean recordsCalls() {
    return recorders.values().stream().anyMatch(CallRecorder.class::isInstance);
  }

  /** The recorders' names. */
  public Set<String> names() {
    return origins.keySet();
  }

  /**
   * What a recorder captures in a pass.
   *
   * @param recorder its name
   * @return one for each {@code record_idx}; a single {@link Origin.Call} for a method, however
   *     often it will be called
   */
  public List<Origin> origins(String recorder) {
    return origins.get(recorder);
  }

  /** The names of all vertices whose activations must be taken, the input among them. */
  public Set<String> vertices() {
    Set<String> vertices = new LinkedHashSet<>();
    origins.values().forEach(list -> list.forEach(origin -> vertices.addAll(origin.vertices())));
    return vertices;
  }

  /** Begins to record a forward pass of this thread. */
  public Recording start() {
    return new Recording(recorders, origins);
  }
}
