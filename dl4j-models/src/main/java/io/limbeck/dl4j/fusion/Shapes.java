package io.limbeck.dl4j.fusion;

import io.limbeck.dl4j.onednn.OneDnn;
import io.limbeck.dl4j.shape.Activation;
import io.limbeck.dl4j.shape.Activations;
import io.limbeck.dl4j.shape.InputTypes;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.bytedeco.dnnl.memory;
import org.bytedeco.dnnl.memory.format_tag;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;

/**
 * The shapes of a network's values for a mini-batch: {@code [batch, channels, height, width]} or
 * {@code [batch, numbers]}.
 */
public final class Shapes {
  private final String input;
  private final Map<String, long[]> shapes = new HashMap<>();

  private Shapes(String input) {
    this.input = input;
  }

  /**
   * The shapes of a network's values.
   *
   * @param conf the network
   * @param plan its operations
   * @param features the shapes of its inputs
   * @return empty where operations that are not DL4J's own are on others than maps and rows
   */
  public static Optional<Shapes> of(
      ComputationGraphConfiguration conf, Plan plan, long[]... features) {
    Shapes shapes = new Shapes(conf.getNetworkInputs().get(0));
    InputType[] types = Arrays.stream(features).map(Shapes::type).toArray(InputType[]::new);
    Map<String, Activation> activations = Activations.of(conf, types);
    for (Map.Entry<String, Activation> entry : activations.entrySet()) {
      long[] shape = entry.getValue().type().getShape(false);
      if (entry.getValue().rows() == 1 && shape.length != 2) {
        shapes.put(entry.getKey(), features[0][0], shape);
      }
    }
    for (Operation operation : plan.operations()) {
      if (operation instanceof Operation.Flatten flatten && shapes.has(flatten.input())) {
        long[] maps = shapes.of(flatten.input());
        shapes.put(flatten.name(), features[0][0], maps[1] * maps[2] * maps[3]);
      }
    }
    return Optional.of(shapes).filter(all -> all.suffice(plan));
  }

  private static InputType type(long[] features) {
    return InputTypes.of(Arrays.stream(features).skip(1).boxed().toList());
  }

  private boolean suffice(Plan plan) {
    return plan.operations().stream()
        .filter(operation -> !(operation instanceof Operation.Own))
        .allMatch(
            operation -> has(operation.name()) && operation.inputs().stream().allMatch(this::has));
  }

  /** Whether a value is a map or a row. */
  public boolean has(String name) {
    return shapes.containsKey(name);
  }

  private void put(String name, long batch, long... shape) {
    long[] whole = new long[shape.length + 1];
    whole[0] = batch;
    System.arraycopy(shape, 0, whole, 1, shape.length);
    shapes.put(name, whole);
  }

  /** The network's input. */
  public String input() {
    return input;
  }

  /** The shape of a value. */
  public long[] of(String name) {
    return shapes.get(name).clone();
  }

  /** What a value takes. */
  public long bytes(String name) {
    return Float.BYTES * Arrays.stream(shapes.get(name)).reduce(1, (a, b) -> a * b);
  }

  /** As operations have it, channels last. */
  public memory.desc desc(String name) {
    long[] shape = of(name);
    return OneDnn.floats(shape.length == 4 ? format_tag.nhwc : format_tag.nc, shape);
  }

  /** As arrays have it, in C order. */
  public memory.desc plain(String name) {
    long[] shape = of(name);
    return OneDnn.floats(shape.length == 4 ? format_tag.nchw : format_tag.nc, shape);
  }

  /** As maps, those of one pixel where it is a row. */
  public memory.desc map(String name) {
    long[] shape = of(name);
    return OneDnn.floats(
        format_tag.nhwc,
        shape[0],
        shape[1],
        shape.length == 4 ? shape[2] : 1,
        shape.length == 4 ? shape[3] : 1);
  }
}
