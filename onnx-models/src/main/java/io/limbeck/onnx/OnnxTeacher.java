package io.limbeck.onnx;

import ai.onnxruntime.OrtException;
import io.limbeck.core.network.Teacher;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.nd4j.linalg.api.ndarray.INDArray;

/** A frozen ONNX network that runs. It has no state, so any number of threads may use it. */
final class OnnxTeacher implements Teacher {
  private final Session session;
  private final String input;
  private final List<String> outputs;
  private final Map<String, String> tokenMeans;
  private final Set<String> computed;

  OnnxTeacher(Session session, String input, List<String> outputs, Map<String, String> tokenMeans) {
    this.session = session;
    this.input = input;
    this.outputs = outputs;
    this.tokenMeans = tokenMeans;
    this.computed = new LinkedHashSet<>();
    outputs.forEach(each -> computed.add(tokenMeans.getOrDefault(each, each)));
  }

  @Override
  public Map<String, INDArray> forward(INDArray features) {
    Map<String, INDArray> values = run(features);
    Map<String, INDArray> all = new LinkedHashMap<>();
    all.put(input, features);
    for (String output : outputs) {
      String of = tokenMeans.get(output);
      all.put(output, of == null ? values.get(output) : TokenMean.of(values.get(of), features));
    }
    return all;
  }

  private Map<String, INDArray> run(INDArray features) {
    try {
      return session.run(features, computed);
    } catch (OrtException e) {
      throw new IllegalStateException("The ONNX teacher failed: " + e.getMessage(), e);
    }
  }

  /** Its weights have no names that recorders know. */
  @Override
  public INDArray parameter(String name) {
    return null;
  }
}
