package io.limbeck.dl4j.connector;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.limbeck.core.schema.Key;
import io.limbeck.dl4j.function.AdaptiveMaxPool;
import io.limbeck.dl4j.function.Interpolate;
import io.limbeck.dl4j.function.NormalizeAlong;
import io.limbeck.dl4j.function.SoftmaxAlong;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * One of PyTorch's functions, with its arguments and defaults: pooling and interpolation bring maps
 * of different height and width together.
 *
 * <p>Source: MMRazor's {@code TorchFunctionalConnector}; definitions as in PyTorch's {@code
 * torch.nn.functional}.
 *
 * @param functionName which one
 * @param funcArgs its arguments by name
 */
public record TorchFunctionalConnector(
    @Key("The function") Name functionName,
    @Key(
            value =
                "Its arguments: output_size; kernel_size, stride, padding; p; p, dim, eps; dim; size or scale_factor, mode",
            def = "{}")
        Map<String, Object> funcArgs)
    implements GraphConnector {

  /** The functions that there are. */
  public enum Name {
    /** Means over windows that fit the output's size. */
    @JsonProperty("adaptive_avg_pool2d")
    ADAPTIVE_AVG_POOL2D,
    /** Maxima over windows that fit the output's size. */
    @JsonProperty("adaptive_max_pool2d")
    ADAPTIVE_MAX_POOL2D,
    /** Means over windows. */
    @JsonProperty("avg_pool2d")
    AVG_POOL2D,
    /** Sets single values to zero by chance. */
    @JsonProperty("dropout")
    DROPOUT,
    /** Sets whole channels to zero by chance. */
    @JsonProperty("dropout2d")
    DROPOUT2D,
    /** Maxima over windows. */
    @JsonProperty("max_pool2d")
    MAX_POOL2D,
    /** Length one along a dimension. */
    @JsonProperty("normalize")
    NORMALIZE,
    /** Negative values become zero. */
    @JsonProperty("relu")
    RELU,
    /** Probabilities along a dimension. */
    @JsonProperty("softmax")
    SOFTMAX,
    /** Another height and width. */
    @JsonProperty("interpolate")
    INTERPOLATE;

    private String word() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** Checks the arguments that need no shape. */
  public TorchFunctionalConnector {
    funcArgs = Map.copyOf(funcArgs);
    arguments(functionName, funcArgs);
  }

  private static Arguments arguments(Name name, Map<String, Object> values) {
    String[] known =
        switch (name) {
          case ADAPTIVE_AVG_POOL2D, ADAPTIVE_MAX_POOL2D -> new String[] {"output_size"};
          case AVG_POOL2D, MAX_POOL2D -> new String[] {"kernel_size", "stride", "padding"};
          case DROPOUT, DROPOUT2D -> new String[] {"p"};
          case NORMALIZE -> new String[] {"p", "dim", "eps"};
          case RELU -> new String[0];
          case SOFTMAX -> new String[] {"dim"};
          case INTERPOLATE -> new String[] {"size", "scale_factor", "mode"};
        };
    return new Arguments(name.word(), values, known);
  }

  private Arguments arguments() {
    return arguments(functionName, funcArgs);
  }

  @Override
  public List<List<Long>> outputs(List<List<Long>> inputs) {
    List<Long> x = inputs.get(0);
    return switch (functionName) {
      case ADAPTIVE_AVG_POOL2D, ADAPTIVE_MAX_POOL2D -> resized(x, arguments().pair("output_size"));
      case INTERPOLATE -> resized(x, size(x));
      case AVG_POOL2D, MAX_POOL2D -> List.of(Pooling.of(arguments()).shape(x));
      case DROPOUT2D -> {
        Need.maps(x);
        yield List.of(x);
      }
      default -> List.of(x);
    };
  }

  private static List<List<Long>> resized(List<Long> x, long... size) {
    Need.maps(x);
    return List.of(List.of(x.get(0), size[0], size[1]));
  }

  /** The size that {@code interpolate} is asked for. */
  private long[] size(List<Long> x) {
    Need.maps(x);
    if (arguments().has("size")) {
      return arguments().pair("size");
    }
    double scale = arguments().number("scale_factor", null);
    return new long[] {(long) Math.floor(x.get(1) * scale), (long) Math.floor(x.get(2) * scale)};
  }

  @Override
  public boolean trainable() {
    return false;
  }

  @Override
  public List<String> build(Branch branch, List<String> inputs) {
    String x = inputs.get(0);
    Arguments arguments = arguments();
    return List.of(
        switch (functionName) {
          case ADAPTIVE_AVG_POOL2D -> {
            long[] size = arguments.pair("output_size");
            yield branch.add(
                "pool", new Interpolate(Interpolate.Method.AVERAGE, size[0], size[1]), x);
          }
          case ADAPTIVE_MAX_POOL2D -> {
            long[] size = arguments.pair("output_size");
            yield branch.add("pool", new AdaptiveMaxPool(size[0], size[1]), x);
          }
          case AVG_POOL2D -> branch.add("pool", Pooling.of(arguments).average(), x);
          case MAX_POOL2D -> branch.add("pool", Pooling.of(arguments).max(), x);
          case DROPOUT -> branch.add("dropout", Pooling.dropout(arguments), x);
          case DROPOUT2D -> branch.add("dropout", Pooling.spatialDropout(arguments), x);
          case NORMALIZE ->
              branch.add(
                  "normalize",
                  new NormalizeAlong(
                      arguments.integer("p", 2),
                      arguments.integer("dim", 1),
                      arguments.number("eps", 1e-12)),
                  x);
          case RELU -> branch.add("relu", Layers.relu(), x);
          case SOFTMAX -> branch.add("softmax", new SoftmaxAlong(arguments.integer("dim", 1)), x);
          case INTERPOLATE -> {
            long[] size = size(branch.shape(x));
            yield branch.add("interpolate", new Interpolate(method(), size[0], size[1]), x);
          }
        });
  }

  private Interpolate.Method method() {
    String mode = arguments().word("mode", "nearest", List.of("nearest", "bilinear"));
    return "bilinear".equals(mode) ? Interpolate.Method.BILINEAR : Interpolate.Method.NEAREST;
  }
}
