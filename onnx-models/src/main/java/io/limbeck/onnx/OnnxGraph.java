package io.limbeck.onnx;

import io.limbeck.core.error.UserException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import onnx.Onnx.AttributeProto;
import onnx.Onnx.FunctionProto;
import onnx.Onnx.GraphProto;
import onnx.Onnx.ModelProto;
import onnx.Onnx.NodeProto;
import onnx.Onnx.TensorProto;
import onnx.Onnx.TensorShapeProto;
import onnx.Onnx.ValueInfoProto;
import org.nd4j.shade.protobuf.ByteString;
import org.nd4j.shade.protobuf.InvalidProtocolBufferException;
import org.nd4j.shade.protobuf.Message;

/** What an ONNX file says about its network, before anything runs. */
final class OnnxGraph {
  /** Number of the field in ONNX's FunctionProto. */
  private static final int ATTRIBUTE_PROTO = 11;

  private final String name;
  private final ModelProto model;
  private final Map<String, TensorProto> initializers = new LinkedHashMap<>();
  private final Map<String, NodeProto> producers = new LinkedHashMap<>();

  /**
   * An input of the network.
   *
   * @param name its name
   * @param elementType number of {@link TensorProto.DataType}
   * @param dimensions with the batch; -1 for one that may be of any size
   */
  record Input(String name, int elementType, List<Long> dimensions) {}

  private OnnxGraph(String name, ModelProto model) {
    this.name = name;
    this.model = model;
    model.getGraph().getInitializerList().forEach(each -> initializers.put(each.getName(), each));
    for (NodeProto node : model.getGraph().getNodeList()) {
      node.getOutputList().stream()
          .filter(output -> !output.isEmpty())
          .forEach(output -> producers.put(output, node));
    }
  }

  /**
   * Reads a file.
   *
   * @param bytes of the file
   * @param name the file's name, for messages
   * @throws UserException when it is not a whole ONNX model
   */
  static OnnxGraph read(byte[] bytes, String name) {
    try {
      OnnxGraph graph = new OnnxGraph(name, ModelProto.parseFrom(bytes));
      graph.requireWhole();
      return graph;
    } catch (InvalidProtocolBufferException | UncheckedIOException e) {
      throw new UserException(
          "Model file %s is not an ONNX model, or is damaged: %s".formatted(name, e.getMessage()),
          e);
    }
  }

  private void requireWhole() {
    if (producers.isEmpty() || graph().getOutputCount() == 0) {
      throw new UserException(
          "Model file %s is not an ONNX model: it has no network".formatted(name));
    }
    external(model)
        .ifPresent(
            each -> {
              throw new UserException(
                  "Model file %s keeps its weights, '%s' among them, in files beside it, which do not travel to executors: save it as one file"
                      .formatted(name, each.getName()));
            });
  }

  /**
   * A tensor whose numbers are in another file, in whatever part of the model: weights, constants,
   * branches, functions. onnxruntime would read the path that is written there.
   */
  private static Optional<TensorProto> external(Message part) {
    if (part instanceof TensorProto tensor) {
      return Optional.of(tensor)
          .filter(each -> each.getDataLocation() == TensorProto.DataLocation.EXTERNAL);
    }
    if (part instanceof FunctionProto function) {
      for (AttributeProto attribute : defaults(function)) {
        Optional<TensorProto> tensor = external(attribute);
        if (tensor.isPresent()) {
          return tensor;
        }
      }
    }
    return part.getAllFields().values().stream()
        .flatMap(value -> value instanceof List<?> values ? values.stream() : Stream.of(value))
        .filter(Message.class::isInstance)
        .flatMap(each -> external((Message) each).stream())
        .findFirst();
  }

  /** Attributes of a function that have defaults, which ND4J's classes of ONNX do not know yet. */
  private static List<AttributeProto> defaults(FunctionProto function) {
    List<AttributeProto> defaults = new ArrayList<>();
    for (ByteString attribute :
        function.getUnknownFields().getField(ATTRIBUTE_PROTO).getLengthDelimitedList()) {
      try {
        defaults.add(AttributeProto.parseFrom(attribute));
      } catch (InvalidProtocolBufferException e) {
        throw new UncheckedIOException(e);
      }
    }
    return defaults;
  }

  /** The file's name, for messages. */
  String name() {
    return name;
  }

  ModelProto model() {
    return model;
  }

  GraphProto graph() {
    return model.getGraph();
  }

  /** What the network must be given. Old files list its weights among the inputs. */
  List<Input> inputs() {
    return graph().getInputList().stream()
        .filter(input -> !initializers.containsKey(input.getName()))
        .map(OnnxGraph::input)
        .toList();
  }

  private static Input input(ValueInfoProto value) {
    List<Long> dimensions = new ArrayList<>();
    for (TensorShapeProto.Dimension dimension :
        value.getType().getTensorType().getShape().getDimList()) {
      dimensions.add(dimension.hasDimValue() ? dimension.getDimValue() : -1);
    }
    return new Input(value.getName(), value.getType().getTensorType().getElemType(), dimensions);
  }

  /** The names of what the network puts out. */
  List<String> outputs() {
    return graph().getOutputList().stream().map(ValueInfoProto::getName).toList();
  }

  /** The names of all values that it computes, in the order in which it does. */
  List<String> values() {
    return List.copyOf(producers.keySet());
  }

  /**
   * What computes a value.
   *
   * @param value its name
   */
  Optional<NodeProto> producer(String value) {
    return Optional.ofNullable(producers.get(value));
  }

  /** How many numbers its weights are. */
  long parameters() {
    return initializers.values().stream()
        .filter(each -> isWeight(each.getDataType()))
        .mapToLong(each -> each.getDimsList().stream().reduce(1L, (a, b) -> a * b))
        .sum();
  }

  /** Whole numbers of 64 and 32 bits are shapes and indices. */
  private static boolean isWeight(int type) {
    return type != TensorProto.DataType.INT64_VALUE && type != TensorProto.DataType.INT32_VALUE;
  }
}
