package io.limbeck.dl4j.connector;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.limbeck.core.schema.Key;
import io.limbeck.dl4j.function.AdaptiveMaxPool;
import io.limbeck.dl4j.function.Interpolate;
import io.limbeck.dl4j.function.SoftmaxAlong;
import java.util.List;
import java.util.Map;

/**
 * One of PyTorch's layers, with its arguments and defaults.
 *
 * <p>Source: MMRazor's {@code TorchNNConnector}; definitions as in PyTorch's {@code torch.nn}.
 *
 * @param moduleName which one
 * @param moduleArgs its arguments by name
 */
public record TorchNNConnector(
    @Key("The layer") Name moduleName,
    @Key(
            value =
                "Its arguments: output_size; kernel_size, stride, padding; num_features, eps, momentum; in_channels,"
                    + " out_channels, kernel_size, stride, padding, dilation, bias; p; in_features, out_features, bias; dim",
            def = "{}")
        Map<String, Object> moduleArgs)
    implements GraphConnector {

  /** The layers that there are. */
  public enum Name {
    /** Means over windows that fit the output's size. */
    @JsonProperty("AdaptiveAvgPool2d")
    ADAPTIVE_AVG_POOL("AdaptiveAvgPool2d", "output_size"),
    /** Maxima over windows that fit the output's size. */
    @JsonProperty("AdaptiveMaxPool2d")
    ADAPTIVE_MAX_POOL("AdaptiveMaxPool2d", "output_size"),
    /** Means over windows. */
    @JsonProperty("AvgPool2d")
    AVG_POOL("AvgPool2d", "kernel_size", "stride", "padding"),
    /** Batch normalisation. */
    @JsonProperty("BatchNorm2d")
    BATCH_NORM("BatchNorm2d", "num_features", "eps", "momentum"),
    /** A convolution. */
    @JsonProperty("Conv2d")
    CONV(
        "Conv2d",
        "in_channels",
        "out_channels",
        "kernel_size",
        "stride",
        "padding",
        "dilation",
        "bias"),
    /** Sets single values to zero by chance. */
    @JsonProperty("Dropout")
    DROPOUT("Dropout", "p"),
    /** Sets whole channels to zero by chance. */
    @JsonProperty("Dropout2d")
    DROPOUT2D("Dropout2d", "p"),
    /** A fully connected layer. */
    @JsonProperty("Linear")
    LINEAR("Linear", "in_features", "out_features", "bias"),
    /** Maxima over windows. */
    @JsonProperty("MaxPool2d")
    MAX_POOL("MaxPool2d", "kernel_size", "stride", "padding"),
    /** Negative values become zero. */
    @JsonProperty("ReLU")
    RELU("ReLU"),
    /** Probabilities along a dimension. */
    @JsonProperty("Softmax")
    SOFTMAX("Softmax", "dim");

    private final String word;
    private final String arguments;

    Name(String word, String... arguments) {
      this.word = word;
      this.arguments = String.join(",", arguments);
    }
  }

  /** Checks the arguments that need no shape. */
  public TorchNNConnector {
    moduleArgs = Map.copyOf(moduleArgs);
    arguments(moduleName, moduleArgs);
  }

  private static Arguments arguments(Name name, Map<String, Object> values) {
    return new Arguments(name.word, values, name.arguments.split(",", -1));
  }

  private Arguments arguments() {
    return arguments(moduleName, moduleArgs);
  }

  @Override
  public boolean trainable() {
    return moduleName == Name.BATCH_NORM || moduleName == Name.CONV || moduleName == Name.LINEAR;
  }

  @Override
  public List<List<Long>> outputs(List<List<Long>> inputs) {
    List<Long> x = inputs.get(0);
    Arguments arguments = arguments();
    return List.of(
        switch (moduleName) {
          case ADAPTIVE_AVG_POOL, ADAPTIVE_MAX_POOL -> {
            Need.maps(x);
            long[] size = arguments.pair("output_size");
            yield List.of(x.get(0), size[0], size[1]);
          }
          case AVG_POOL, MAX_POOL -> Pooling.of(arguments).shape(x);
          case BATCH_NORM -> {
            Need.channels(x, "num_features", arguments.integer("num_features", null));
            yield x;
          }
          case CONV -> convolved(x, arguments);
          case LINEAR -> {
            long features = arguments.integer("in_features", null);
            if (!x.equals(List.of(features))) {
              throw new IllegalArgumentException("'in_features' is " + features);
            }
            yield List.of((long) arguments.integer("out_features", null));
          }
          case DROPOUT2D -> {
            Need.maps(x);
            yield x;
          }
          default -> x;
        });
  }

  private static int[] geometry(Arguments arguments) {
    return new int[] {
      arguments.integer("kernel_size", null),
      arguments.integer("stride", 1),
      arguments.integer("padding", 0),
      arguments.integer("dilation", 1)
    };
  }

  private static List<Long> convolved(List<Long> x, Arguments arguments) {
    Need.channels(x, "in_channels", arguments.integer("in_channels", null));
    int[] g = geometry(arguments);
    return List.of(
        (long) arguments.integer("out_channels", null),
        Need.side(x.get(1), g[0], g[1], g[2], g[3]),
        Need.side(x.get(2), g[0], g[1], g[2], g[3]));
  }

  @Override
  public List<String> build(Branch branch, List<String> inputs) {
    String x = inputs.get(0);
    Arguments arguments = arguments();
    return List.of(
        switch (moduleName) {
          case ADAPTIVE_AVG_POOL -> {
            long[] size = arguments.pair("output_size");
            yield branch.add(
                "pool", new Interpolate(Interpolate.Method.AVERAGE, size[0], size[1]), x);
          }
          case ADAPTIVE_MAX_POOL -> {
            long[] size = arguments.pair("output_size");
            yield branch.add("pool", new AdaptiveMaxPool(size[0], size[1]), x);
          }
          case AVG_POOL -> branch.add("pool", Pooling.of(arguments).average(), x);
          case MAX_POOL -> branch.add("pool", Pooling.of(arguments).max(), x);
          case BATCH_NORM ->
              branch.add(
                  "bn",
                  ConvModuleConnector.layer(
                      new NormConfig.BN(
                          arguments.number("eps", 1e-5),
                          arguments.number("momentum", 0.1),
                          true,
                          true)),
                  x);
          case CONV ->
              branch.add(
                  "conv",
                  Layers.conv(
                      arguments.integer("out_channels", null),
                      geometry(arguments),
                      arguments.flag("bias", true)),
                  x);
          case DROPOUT -> branch.add("dropout", Pooling.dropout(arguments), x);
          case DROPOUT2D -> branch.add("dropout", Pooling.spatialDropout(arguments), x);
          case LINEAR -> {
            var dense = Layers.dense(arguments.integer("out_features", null));
            dense.setHasBias(arguments.flag("bias", true));
            yield branch.add("linear", dense, x);
          }
          case RELU -> branch.add("relu", Layers.relu(), x);
          case SOFTMAX -> branch.add("softmax", new SoftmaxAlong(arguments.integer("dim", 1)), x);
        });
  }
}
