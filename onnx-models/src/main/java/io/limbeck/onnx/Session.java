package io.limbeck.onnx;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OnnxValue;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtLoggingLevel;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.TensorInfo;
import java.lang.ref.Cleaner;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.nd4j.linalg.api.memory.MemoryWorkspace;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * A network in onnxruntime. Its weights lie outside the heap and are let go when nobody holds the
 * session any more. For use by several threads.
 */
final class Session {
  private static final Cleaner CLEANER = Cleaner.create();

  private final OrtEnvironment environment;
  private final OrtSession session;
  private final List<Feed> feeds;

  private Session(OrtEnvironment environment, OrtSession session, List<Feed> feeds) {
    this.environment = environment;
    this.session = session;
    this.feeds = feeds;
    CLEANER.register(this, () -> close(session));
  }

  /**
   * Loads a network.
   *
   * @param model an ONNX file
   * @param feeds what its inputs are given
   * @throws OrtException when onnxruntime cannot run it
   */
  static Session of(byte[] model, List<Feed> feeds) throws OrtException {
    OrtEnvironment environment =
        OrtEnvironment.getEnvironment(OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR, "limbeck");
    try (OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
      options.setIntraOpNumThreads(threads());
      options.setInterOpNumThreads(1);
      // A thread that waits must not keep the core from another task.
      options.addConfigEntry("session.intra_op.allow_spinning", "0");
      OrtSession session = environment.createSession(model, options);
      // A cut network has no need of all inputs.
      return new Session(
          environment,
          session,
          feeds.stream().filter(feed -> session.getInputNames().contains(feed.name())).toList());
    }
  }

  /** As many as ND4J has: those of a task. */
  private static int threads() {
    String threads = System.getenv("OMP_NUM_THREADS");
    return threads != null && threads.matches("[1-9]\\d*")
        ? Integer.parseInt(threads)
        : Runtime.getRuntime().availableProcessors();
  }

  /**
   * Runs forward.
   *
   * @param features of some examples
   * @param values to put out
   * @return those of them that are arrays in single precision, outside any workspace
   */
  Map<String, INDArray> run(INDArray features, Set<String> values) throws OrtException {
    return run(features, values, Session::array);
  }

  /**
   * Runs forward for the shapes of all that it puts out.
   *
   * @param features of some examples
   * @return those of arrays in single precision
   */
  Map<String, long[]> shapes(INDArray features) throws OrtException {
    return run(features, session.getOutputNames(), tensor -> tensor.getInfo().getShape());
  }

  private <T> Map<String, T> run(
      INDArray features, Set<String> values, Function<OnnxTensor, T> taken) throws OrtException {
    Map<String, OnnxTensor> inputs = new LinkedHashMap<>();
    try {
      for (Feed feed : feeds) {
        inputs.put(feed.name(), feed.tensor(environment, features));
      }
      try (OrtSession.Result result = session.run(inputs, values)) {
        Map<String, T> all = new LinkedHashMap<>();
        result.forEach(
            entry -> {
              if (isFloat(entry.getValue())) {
                all.put(entry.getKey(), taken.apply((OnnxTensor) entry.getValue()));
              }
            });
        return all;
      }
    } finally {
      inputs.values().forEach(OnnxTensor::close);
    }
  }

  private static boolean isFloat(OnnxValue value) {
    return value.getInfo() instanceof TensorInfo info
        && info.onnxType == TensorInfo.OnnxTensorType.ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT;
  }

  private static INDArray array(OnnxTensor tensor) {
    try (MemoryWorkspace outside = Nd4j.getWorkspaceManager().scopeOutOfWorkspaces()) {
      long[] shape = tensor.getInfo().getShape();
      return Nd4j.create(tensor.getFloatBuffer().array(), shape, 'c');
    }
  }

  private static void close(OrtSession session) {
    try {
      session.close();
    } catch (OrtException e) {
      throw new IllegalStateException(e);
    }
  }
}
