package io.limbeck.spark.cli;

import io.limbeck.core.config.OnnxFile;
import io.limbeck.core.error.UserException;
import io.limbeck.core.network.NetworkDescription;
import io.limbeck.core.network.Vertex;
import io.limbeck.dl4j.graph.Describer;
import io.limbeck.dl4j.graph.LogitsForm;
import io.limbeck.dl4j.graph.Networks;
import io.limbeck.dl4j.store.ModelFile;
import io.limbeck.onnx.OnnxModel;
import io.limbeck.spark.model.ModelFactory;
import io.limbeck.spark.storage.Storage;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.apache.hadoop.conf.Configuration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.graph.ComputationGraph;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Lists what can be recorded in a model. */
@Command(
    name = "describe",
    mixinStandardHelpOptions = true,
    description =
        "Print every recordable module of a model and every parameter, with shapes (without the batch).")
final class DescribeCommand implements Callable<Integer>, Verbosity.Aware {
  @Parameters(
      paramLabel = "MODEL",
      description = "DL4J model zip, Keras' HDF5 file, or ONNX file (*.onnx).")
  private String model;

  @Option(
      names = "--input",
      paramLabel = "SHAPE",
      split = ",",
      description =
          "Shape of one example, such as 3,32,32 or 784; needed where the file does not tell.")
  private List<Integer> input = new ArrayList<>();

  @Mixin private Verbosity verbosity;

  @Override
  public Integer call() {
    byte[] bytes = new Storage(new Configuration()).read(model, "MODEL");
    if (OnnxModel.isOnnx(model)) {
      OnnxModel onnx = OnnxModel.read(bytes, OnnxFile.of(model), "MODEL", onnxShape(bytes), null);
      print(onnx.description(), onnx.parameters());
    } else {
      ComputationGraph stock = ModelFile.read(bytes, model);
      ComputationGraph network = Networks.fresh(LogitsForm.of(stock.getConfiguration()));
      print(Describer.describe(network, inputType(bytes, stock)), stock.numParams());
    }
    return 0;
  }

  private static void print(NetworkDescription description, long parameters) {
    int width =
        description.vertices().stream().mapToInt(vertex -> vertex.name().length()).max().orElse(0);
    for (Vertex vertex : description.vertices()) {
      System.out.printf(
          "%-" + width + "s  %-20s %-16s %s%n",
          vertex.name(),
          vertex.type(),
          shape(vertex),
          vertex.parameters().stream()
              .map(parameter -> parameter.name() + " " + shape(parameter.shape()))
              .collect(Collectors.joining("  ")));
    }
    String beside = "%-" + width + "s  %-20s %s%n";
    if (description.loss() != null) {
      System.out.printf(beside, description.loss(), "inputs only", "[logits, labels]");
    }
    System.out.printf(beside, "\"\"", "inputs only", "[features, data samples]");
    System.out.printf("%,d parameters%n", parameters);
  }

  private int[] onnxShape(byte[] bytes) {
    return input.isEmpty()
        ? OnnxModel.inputShape(bytes, model).orElseThrow(this::shapeIsMissing)
        : shape();
  }

  private int[] shape() {
    return input.stream().mapToInt(Integer::intValue).toArray();
  }

  private UserException shapeIsMissing() {
    return new UserException(
        "Model file "
            + model
            + " does not tell the shape of its input: give it with --input, such as --input 3,32,32");
  }

  private InputType inputType(byte[] bytes, ComputationGraph stock) {
    if (!input.isEmpty()) {
      return ModelFactory.inputType(shape());
    }
    return ModelFile.inputShape(bytes, model)
        .map(ModelFactory::inputType)
        .or(() -> InputTypes.ofFirstLayer(stock.getConfiguration()))
        .orElseThrow(this::shapeIsMissing);
  }

  /** Several rows for each example are counted in front. */
  private static String shape(Vertex vertex) {
    return (vertex.isRecordable() ? "" : vertex.rows() + " x ") + shape(vertex.shape());
  }

  private static String shape(List<Long> shape) {
    return shape.stream().map(String::valueOf).collect(Collectors.joining("x", "[", "]"));
  }

  @Override
  public Verbosity verbosity() {
    return verbosity;
  }
}
