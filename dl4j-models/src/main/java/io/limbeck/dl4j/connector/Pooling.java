package io.limbeck.dl4j.connector;

import java.util.List;
import org.deeplearning4j.nn.conf.ConvolutionMode;
import org.deeplearning4j.nn.conf.dropout.SpatialDropout;
import org.deeplearning4j.nn.conf.layers.DropoutLayer;
import org.deeplearning4j.nn.conf.layers.PoolingType;
import org.deeplearning4j.nn.conf.layers.SubsamplingLayer;

/**
 * A pooling's window, and layers of chance, as PyTorch's arguments give them.
 *
 * @param kernel side of the window
 * @param stride of the window
 * @param padding zeros on each side
 */
record Pooling(int kernel, int stride, int padding) {

  static Pooling of(Arguments arguments) {
    int kernel = arguments.integer("kernel_size", null);
    return new Pooling(
        kernel, arguments.integer("stride", kernel), arguments.integer("padding", 0));
  }

  List<Long> shape(List<Long> x) {
    Need.maps(x);
    return List.of(
        x.get(0),
        Need.side(x.get(1), kernel, stride, padding, 1),
        Need.side(x.get(2), kernel, stride, padding, 1));
  }

  SubsamplingLayer average() {
    SubsamplingLayer layer = layer(PoolingType.AVG);
    layer.setAvgPoolIncludePadInDivisor(true);
    return layer;
  }

  SubsamplingLayer max() {
    return layer(PoolingType.MAX);
  }

  private SubsamplingLayer layer(PoolingType type) {
    return new SubsamplingLayer.Builder(type)
        .kernelSize(kernel, kernel)
        .stride(stride, stride)
        .padding(padding, padding)
        .convolutionMode(ConvolutionMode.Truncate)
        .build();
  }

  /** DL4J counts what is kept, PyTorch what is dropped. */
  static DropoutLayer dropout(Arguments arguments) {
    return new DropoutLayer(1 - arguments.number("p", 0.5));
  }

  static DropoutLayer spatialDropout(Arguments arguments) {
    return new DropoutLayer(new SpatialDropout(1 - arguments.number("p", 0.5)));
  }
}
