package io.limbeck.spark.checkpoint;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.limbeck.core.error.UserException;
import io.limbeck.core.loss.LossState;
import io.limbeck.dl4j.store.ArrayFile;
import io.limbeck.spark.round.TrainingState;
import io.limbeck.spark.storage.Folders;
import io.limbeck.spark.storage.Storage;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * The checkpoints of one run: a folder each, named by the steps done. {@code arrays.npz} has the
 * vectors, {@code progress.json} the rest, {@code manifest.json}, written last, the sizes and
 * checksums of both and what the run depends on. A folder is written beside its place and renamed,
 * so it is whole or not there.
 */
public final class CheckpointStore {
  private static final String KEY = "output.dir";
  private static final String ARRAYS = "arrays.npz";
  private static final String PROGRESS = "progress.json";
  private static final String MANIFEST = "manifest.json";
  private static final String PARAMETERS = "parameters";
  private static final String UPDATER = "updater_state";
  private static final String OUTER = "outer_state";
  private static final String BEST = "best_parameters";
  private static final String LOSS_STATES = "loss_states/";
  private static final ObjectMapper MAPPER = new ObjectMapper();

  private final Storage storage;
  private final Folders folders;
  private final String folder;
  private final int keep;
  private final Map<String, String> identity;

  /**
   * A run's checkpoints.
   *
   * @param storage where they are
   * @param folder of this run
   * @param keep how many stay
   * @param identity what the run depends on beside its config, by name
   */
  public CheckpointStore(Storage storage, String folder, int keep, Map<String, String> identity) {
    this.storage = storage;
    this.folders = new Folders(storage);
    this.folder = folder;
    this.keep = keep;
    this.identity = new TreeMap<>(identity);
  }

  /**
   * Keeps a checkpoint, and lets go of older ones.
   *
   * @param steps done since the start of the run, which name it
   * @param checkpoint the run between two rounds
   */
  public void save(int steps, Checkpoint checkpoint) {
    Map<String, byte[]> files = new LinkedHashMap<>();
    files.put(ARRAYS, ArrayFile.write(arrays(checkpoint)));
    files.put(PROGRESS, json(checkpoint.progress()));
    files.put(MANIFEST, json(Manifest.of(files, identity)));
    folders.write("%s/%08d".formatted(folder, steps), files);
    List<String> all = folders.names(folder);
    all.subList(0, Math.max(0, all.size() - keep))
        .forEach(old -> folders.delete(folder + "/" + old));
  }

  /**
   * The newest checkpoint.
   *
   * @return empty when there is none
   * @throws UserException when it is damaged, or of a run that depends on something else
   */
  public Optional<Checkpoint> latest() {
    List<String> all = folders.names(folder);
    return all.isEmpty()
        ? Optional.empty()
        : Optional.of(read(folder + "/" + all.get(all.size() - 1)));
  }

  private Checkpoint read(String path) {
    if (!storage.exists(path + "/" + MANIFEST)) {
      throw damaged(path, MANIFEST + " is missing");
    }
    Manifest manifest =
        bound(path, MANIFEST, storage.read(path + "/" + MANIFEST, KEY), Manifest.class);
    Map<String, byte[]> files = new LinkedHashMap<>();
    List<String> problems = new ArrayList<>();
    for (String name : List.of(ARRAYS, PROGRESS)) {
      if (storage.exists(path + "/" + name)) {
        files.put(name, storage.read(path + "/" + name, KEY));
      }
      manifest.problem(name, files.get(name)).ifPresent(problems::add);
    }
    if (!problems.isEmpty()) {
      throw damaged(path, String.join("; ", problems));
    }
    List<String> differences = manifest.differences(identity);
    if (!differences.isEmpty()) {
      throw new UserException(
          "Checkpoint %s cannot be continued: %s".formatted(path, String.join("; ", differences)));
    }
    RunProgress progress = bound(path, PROGRESS, files.get(PROGRESS), RunProgress.class);
    return checkpoint(progress, ArrayFile.read(files.get(ARRAYS), path + "/" + ARRAYS));
  }

  private static <T> T bound(String path, String name, byte[] json, Class<T> type) {
    try {
      return MAPPER.readValue(json, type);
    } catch (JacksonException e) {
      throw damaged(path, name + " is not what was written: " + e.getOriginalMessage());
    } catch (IOException e) {
      throw damaged(path, name + ": " + e.getMessage());
    }
  }

  private static UserException damaged(String path, String how) {
    return new UserException(
        "Checkpoint %s is damaged: %s. Delete its folder to continue from the one before it, if there is one"
            .formatted(path, how));
  }

  private static byte[] json(Object value) {
    try {
      return MAPPER.writerWithDefaultPrettyPrinter().writeValueAsBytes(value);
    } catch (JacksonException e) {
      throw new IllegalStateException("A record of plain values is always written", e);
    }
  }

  private static Map<String, INDArray> arrays(Checkpoint checkpoint) {
    TrainingState state = checkpoint.state();
    Map<String, INDArray> arrays = new LinkedHashMap<>();
    arrays.put(PARAMETERS, Nd4j.createFromArray(state.parameters()));
    if (state.updaterState().length > 0) {
      arrays.put(UPDATER, Nd4j.createFromArray(state.updaterState()));
    }
    if (state.outerState().length > 0) {
      arrays.put(OUTER, Nd4j.createFromArray(state.outerState()));
    }
    if (checkpoint.best() != null) {
      arrays.put(BEST, Nd4j.createFromArray(checkpoint.best()));
    }
    state
        .lossStates()
        .forEach(
            (loss, lossState) ->
                lossState
                    .arrays()
                    .forEach((name, array) -> arrays.put(LOSS_STATES + loss + "/" + name, array)));
    return arrays;
  }

  private static Checkpoint checkpoint(RunProgress progress, Map<String, INDArray> arrays) {
    Map<String, LossState> lossStates = new LinkedHashMap<>();
    arrays.forEach(
        (name, array) -> {
          if (name.startsWith(LOSS_STATES)) {
            int slash = name.lastIndexOf('/');
            lossStates
                .computeIfAbsent(
                    name.substring(LOSS_STATES.length(), slash),
                    loss -> new LossState(new LinkedHashMap<>()))
                .arrays()
                .put(name.substring(slash + 1), array);
          }
        });
    return new Checkpoint(
        progress,
        new TrainingState(
            vector(arrays, PARAMETERS),
            vector(arrays, UPDATER),
            vector(arrays, OUTER),
            lossStates,
            progress.measuredFrequency()),
        arrays.containsKey(BEST) ? vector(arrays, BEST) : null);
  }

  private static float[] vector(Map<String, INDArray> arrays, String name) {
    INDArray array = arrays.get(name);
    return array == null ? new float[0] : array.toFloatVector();
  }
}
