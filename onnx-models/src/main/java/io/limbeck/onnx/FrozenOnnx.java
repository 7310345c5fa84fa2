package io.limbeck.onnx;

import ai.onnxruntime.OrtException;
import io.limbeck.core.network.FrozenTeacher;
import io.limbeck.core.network.LoadedTeacher;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Collection;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The part of an ONNX network that is recorded, as it travels to the executors.
 *
 * @param model an ONNX file of that part alone
 * @param feeds what its inputs are given
 * @param input the name under which the examples themselves can be recorded
 * @param outputs the values that are put out
 * @param tokenMeans those among them that are means over tokens, with what they are means of
 * @param fingerprint SHA-256 of all of that
 */
record FrozenOnnx(
    byte[] model,
    List<Feed> feeds,
    String input,
    List<String> outputs,
    Map<String, String> tokenMeans,
    String fingerprint)
    implements FrozenTeacher {

  /**
   * Freezes a part of a network.
   *
   * @param graph whole
   * @param feeds what its inputs are given
   * @param input the name under which the examples themselves can be recorded
   * @param tokenMeans all that there are
   * @param outputs the values to put out, means among them
   */
  static FrozenOnnx of(
      OnnxGraph graph,
      List<Feed> feeds,
      String input,
      Map<String, String> tokenMeans,
      Collection<String> outputs) {
    List<String> computed =
        outputs.stream().map(each -> tokenMeans.getOrDefault(each, each)).distinct().toList();
    byte[] model = CutModel.of(graph, computed);
    Map<String, String> means = new LinkedHashMap<>(tokenMeans);
    means.keySet().retainAll(outputs);
    return new FrozenOnnx(
        model,
        List.copyOf(feeds),
        input,
        List.copyOf(outputs),
        means,
        fingerprint(model, feeds, outputs, means));
  }

  private static String fingerprint(byte[] model, Object... others) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      digest.update(model);
      for (Object other : others) {
        digest.update(other.toString().getBytes(StandardCharsets.UTF_8));
      }
      return HexFormat.of().formatHex(digest.digest());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("Every JVM has SHA-256", e);
    }
  }

  @Override
  public long bytes() {
    return model.length;
  }

  /** Holds nothing of the file, of which onnxruntime has its own copy. */
  @Override
  public LoadedTeacher load() {
    try {
      OnnxTeacher teacher = new OnnxTeacher(Session.of(model, feeds), input, outputs, tokenMeans);
      return () -> teacher;
    } catch (OrtException e) {
      throw new IllegalStateException("It ran on the driver: " + e.getMessage(), e);
    }
  }
}
