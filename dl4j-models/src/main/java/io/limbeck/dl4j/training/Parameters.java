package io.limbeck.dl4j.training;

import io.limbeck.core.math.Contiguous;
import io.limbeck.dl4j.onednn.OneDnn;
import java.util.Map;
import org.bytedeco.dnnl.memory;
import org.bytedeco.javacpp.FloatPointer;
import org.deeplearning4j.nn.api.Layer;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A layer's parameters and the gradients with respect to them, where they lie in the network's flat
 * vectors.
 */
final class Parameters {
  private final Map<String, INDArray> values;
  private final Map<String, INDArray> gradients;

  Parameters(Layer layer) {
    this.values = layer.paramTable(false);
    this.gradients = gradients(layer);
  }

  /** Views of a layer's part of the flat gradient, by the parameters' names. */
  static Map<String, INDArray> gradients(Layer layer) {
    return layer
        .conf()
        .getLayer()
        .initializer()
        .getGradientsFromFlattened(layer.conf(), layer.getGradientsViewArray());
  }

  boolean has(String name) {
    return values.containsKey(name);
  }

  memory value(String name, memory.desc layout) {
    return at(values.get(name), layout);
  }

  memory gradient(String name, memory.desc layout) {
    return at(gradients.get(name), layout);
  }

  /** Two parameters that lie one behind the other, as two rows. */
  memory pair(String one, String other) {
    return pair(values, one, other);
  }

  /** The gradients with respect to two parameters that lie one behind the other, as two rows. */
  memory gradientPair(String one, String other) {
    return pair(gradients, one, other);
  }

  private static memory pair(Map<String, INDArray> all, String one, String other) {
    INDArray first = all.get(one);
    long end = Contiguous.address(first).address() + first.length() * Float.BYTES;
    if (Contiguous.address(all.get(other)).address() != end) {
      throw new IllegalStateException(one + " and " + other + " lie apart");
    }
    memory.desc rows = OneDnn.floats(memory.format_tag.nc, 2, first.length());
    return new memory(rows, OneDnn.cpu(), Contiguous.address(first));
  }

  FloatPointer value(String name) {
    return new FloatPointer(Contiguous.address(values.get(name)));
  }

  FloatPointer gradient(String name) {
    return new FloatPointer(Contiguous.address(gradients.get(name)));
  }

  private static memory at(INDArray array, memory.desc layout) {
    if (array.length() * Float.BYTES != layout.get_size()) {
      throw new IllegalStateException("Not the size of a parameter");
    }
    return new memory(layout, OneDnn.cpu(), Contiguous.address(array));
  }
}
