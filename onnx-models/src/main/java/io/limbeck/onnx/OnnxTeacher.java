package io.limbeck.onnx;

import ai.onnxruntime.OrtException;
import io.limbeck.core.network.Teacher;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import org.nd4j.linalg.api.ndarray.INDArray;

/** A frozen ONNX network that runs. */
final class OnnxTeacher implements Teacher {
  private final Session session;
  private final FrozenOnnx frozen;
  private final Set<String> computed;

  OnnxTeacher(Session session, FrozenOnnx frozen) {
    this.session = session;
    this.frozen = frozen;
    this.computed = new LinkedHashSet<>();
    frozen.outputs().forEach(each -> computed.add(frozen.tokenMeans().getOrDefault(each, each)));
  }

  @Override
  public Map<String, INDArray> forward(INDArray features) {
    Map<String, INDArray> values = run(features);
    Map<String, INDArray> outputs = new LinkedHashMap<>();
    outputs.put(frozen.input(), features);
    for (String output : frozen.outputs()) {
      String of = frozen.tokenMeans().get(output);
      outputs.put(output, of == null ? values.get(output) : TokenMean.of(values.get(of), features));
    }
    return outputs;
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
