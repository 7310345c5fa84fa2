package io.limbeck.spark.model;

import io.limbeck.core.config.OnnxFile;
import io.limbeck.onnx.OnnxModel;
import io.limbeck.spark.storage.Storage;
import java.lang.ref.SoftReference;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.fs.FileStatus;

/**
 * The ONNX files that were read last, as long as there is memory: trying one takes seconds, and
 * stages often have the same teacher.
 */
final class OnnxModels {
  private static final int KEPT = 4;
  private static final Map<Read, SoftReference<OnnxModel>> MODELS =
      new LinkedHashMap<>(8, 0.75f, true);

  /** What a model depends on. */
  private record Read(
      OnnxFile file, long modified, long length, List<Integer> shape, List<Long> scores) {}

  private OnnxModels() {}

  /**
   * A file's model.
   *
   * @param storage where files lie
   * @param file what the config says
   * @param key where the config names the file, for messages
   * @param modelKey where the config has the block, for messages
   * @param shape of one example
   * @param scores the shape of an example's class scores
   * @throws io.limbeck.core.error.UserException when it cannot be what is wanted
   */
  static OnnxModel read(
      Storage storage, OnnxFile file, String key, String modelKey, int[] shape, List<Long> scores) {
    FileStatus status = storage.status(file.path(), key);
    Read read =
        new Read(
            file,
            status.getModificationTime(),
            status.getLen(),
            Arrays.stream(shape).boxed().toList(),
            scores);
    synchronized (MODELS) {
      SoftReference<OnnxModel> known = MODELS.get(read);
      OnnxModel model = known == null ? null : known.get();
      if (model == null) {
        model = OnnxModel.read(storage.read(file.path(), key), file, modelKey, shape, scores);
        MODELS.put(read, new SoftReference<>(model));
        if (MODELS.size() > KEPT) {
          MODELS.remove(MODELS.keySet().iterator().next());
        }
      }
      return model;
    }
  }
}
