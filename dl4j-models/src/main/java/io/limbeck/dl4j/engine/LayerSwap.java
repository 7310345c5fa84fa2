package io.limbeck.dl4j.engine;

import java.lang.reflect.Field;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.graph.vertex.impl.LayerVertex;

/**
 * Puts a layer in the place of another one of the same configuration. It takes over the parameters
 * and where gradients are written to, and the network's file is the same.
 */
final class LayerSwap {
  private static final Field LAYER = field();

  private LayerSwap() {}

  /**
   * Swaps.
   *
   * @param network initialised, not trained yet
   * @param place of the layer
   * @param layer the new one
   */
  static void put(ComputationGraph network, LayerVertex place, Layer layer) {
    Layer before = place.getLayer();
    layer.setIndex(before.getIndex());
    layer.setListeners(before.getListeners());
    if (before.numParams() > 0) {
      layer.setParamsViewArray(before.params());
      layer.setParamTable(before.paramTable());
      if (before.getGradientsViewArray() != null) {
        layer.setBackpropGradientsViewArray(before.getGradientsViewArray());
      }
    }
    Layer[] layers = network.getLayers();
    for (int i = 0; i < layers.length; i++) {
      if (layers[i] == before) {
        layers[i] = layer;
      }
    }
    try {
      LAYER.set(place, layer);
    } catch (IllegalAccessException e) {
      throw new IllegalStateException(e);
    }
  }

  private static Field field() {
    try {
      Field field = LayerVertex.class.getDeclaredField("layer");
      field.setAccessible(true);
      return field;
    } catch (NoSuchFieldException e) {
      throw new IllegalStateException(
          "LayerVertex has no field 'layer': not the DL4J release this was built for", e);
    }
  }
}
