package io.limbeck.onnx;

import ai.onnxruntime.OrtException;
import io.limbeck.core.error.UserException;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Runs a network with all its values as outputs. A file does not tell their shapes, nor which of
 * them have a part for each example; two runs with another number of examples do.
 */
final class Trial {
  private static final int FEW = 2;
  private static final int MORE = 3;

  private Trial() {}

  /**
   * Values in single precision that have a part for each example.
   *
   * @param graph the network
   * @param feeds what its inputs are given
   * @param shape of one example
   * @return the shape of an example's part, by name
   * @throws UserException when onnxruntime cannot run it
   */
  static Map<String, long[]> shapes(OnnxGraph graph, List<Feed> feeds, int... shape) {
    try {
      Session session = Session.of(CutModel.of(graph, graph.values()), feeds);
      Map<String, long[]> few = run(session, FEW, shape);
      Map<String, long[]> more = run(session, MORE, shape);
      Map<String, long[]> shapes = new LinkedHashMap<>();
      few.forEach(
          (value, found) -> {
            if (isByExample(found, more.get(value))) {
              shapes.put(value, Arrays.copyOfRange(found, 1, found.length));
            }
          });
      return shapes;
    } catch (OrtException e) {
      throw new UserException(
          "Model file %s cannot be run for examples of shape %s: %s"
              .formatted(graph.name(), Arrays.toString(shape), firstLine(e)),
          e);
    } catch (LinkageError e) {
      throw new UserException(
          "Model file %s cannot be run: onnxruntime has no library for this machine (%s)"
              .formatted(graph.name(), e.getMessage()),
          e);
    }
  }

  private static Map<String, long[]> run(Session session, int examples, int... shape)
      throws OrtException {
    long[] all = new long[shape.length + 1];
    all[0] = examples;
    for (int i = 0; i < shape.length; i++) {
      all[i + 1] = shape[i];
    }
    // Ones are good as pixels, as tokens and as what stands where no padding is.
    return session.shapes(Nd4j.ones(DataType.FLOAT, all));
  }

  private static boolean isByExample(long[] few, long... more) {
    return more != null
        && few.length >= 2
        && few.length == more.length
        && few[0] == FEW
        && more[0] == MORE
        && Arrays.equals(few, 1, few.length, more, 1, more.length);
  }

  private static String firstLine(Exception e) {
    return e.getMessage().lines().findFirst().orElse("");
  }
}
