package io.limbeck.onnx;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import onnx.Onnx.AttributeProto;
import onnx.Onnx.FunctionProto;
import onnx.Onnx.GraphProto;
import onnx.Onnx.ModelProto;
import onnx.Onnx.NodeProto;
import onnx.Onnx.OperatorSetIdProto;
import onnx.Onnx.TensorProto;
import onnx.Onnx.TensorProto.DataType;
import onnx.Onnx.TensorShapeProto;
import onnx.Onnx.TypeProto;
import onnx.Onnx.ValueInfoProto;

/** Writes small ONNX files. */
final class OnnxFiles {
  private final GraphProto.Builder graph = GraphProto.newBuilder().setName("test");
  private final List<FunctionProto> functions = new ArrayList<>();

  OnnxFiles function(FunctionProto function) {
    functions.add(function);
    return this;
  }

  /** With the batch in front; -1 for what may be of any size. */
  OnnxFiles input(String name, DataType type, long... dimensions) {
    graph.addInput(value(name, type, dimensions));
    return this;
  }

  OnnxFiles output(String name, long... dimensions) {
    graph.addOutput(value(name, DataType.FLOAT, dimensions));
    return this;
  }

  OnnxFiles weight(String name, float[] values, long... shape) {
    graph.addInitializer(
        TensorProto.newBuilder()
            .setName(name)
            .setDataType(DataType.FLOAT_VALUE)
            .addAllDims(Arrays.stream(shape).boxed().toList())
            .addAllFloatData(floats(values)));
    return this;
  }

  OnnxFiles weight(TensorProto weight) {
    graph.addInitializer(weight);
    return this;
  }

  OnnxFiles node(String type, List<String> inputs, String output, AttributeProto... attributes) {
    graph.addNode(node(type, inputs, List.of(output), attributes));
    return this;
  }

  static NodeProto node(
      String type, List<String> inputs, List<String> outputs, AttributeProto... attributes) {
    return NodeProto.newBuilder()
        .setOpType(type)
        .addAllInput(inputs)
        .addAllOutput(outputs)
        .addAllAttribute(List.of(attributes))
        .build();
  }

  static AttributeProto number(String name, long value) {
    return AttributeProto.newBuilder()
        .setName(name)
        .setType(AttributeProto.AttributeType.INT)
        .setI(value)
        .build();
  }

  static AttributeProto body(String name, GraphProto value) {
    return AttributeProto.newBuilder()
        .setName(name)
        .setType(AttributeProto.AttributeType.GRAPH)
        .setG(value)
        .build();
  }

  static AttributeProto constant(TensorProto value) {
    return AttributeProto.newBuilder()
        .setName("value")
        .setType(AttributeProto.AttributeType.TENSOR)
        .setT(value)
        .build();
  }

  byte[] bytes() {
    return ModelProto.newBuilder()
        .addAllFunctions(functions)
        .setIrVersion(8)
        .addOpsetImport(OperatorSetIdProto.newBuilder().setDomain("").setVersion(13))
        .setGraph(graph)
        .build()
        .toByteArray();
  }

  static ValueInfoProto value(String name, DataType type, long... dimensions) {
    TensorShapeProto.Builder shape = TensorShapeProto.newBuilder();
    for (long dimension : dimensions) {
      TensorShapeProto.Dimension.Builder each = TensorShapeProto.Dimension.newBuilder();
      shape.addDim(dimension < 0 ? each.setDimParam("any") : each.setDimValue(dimension));
    }
    return ValueInfoProto.newBuilder()
        .setName(name)
        .setType(
            TypeProto.newBuilder()
                .setTensorType(
                    TypeProto.Tensor.newBuilder().setElemType(type.getNumber()).setShape(shape)))
        .build();
  }

  private static List<Float> floats(float... values) {
    Float[] boxed = new Float[values.length];
    Arrays.setAll(boxed, i -> values[i]);
    return List.of(boxed);
  }

  /** Numbers that differ, between -1 and 1. */
  static float[] numbers(int count) {
    float[] numbers = new float[count];
    for (int i = 0; i < count; i++) {
      numbers[i] = (float) Math.sin(1 + i);
    }
    return numbers;
  }

  /** Four features, a hidden layer of five, three classes, softmax behind them. */
  static OnnxFiles classifier() {
    return new OnnxFiles()
        .input("x", DataType.FLOAT, -1, 4)
        .weight("w1", numbers(20), 4, 5)
        .weight("w2", numbers(15), 5, 3)
        .node("MatMul", List.of("x", "w1"), "hidden")
        .node("Relu", List.of("hidden"), "relu")
        .node("MatMul", List.of("relu", "w2"), "scores")
        .node("Softmax", List.of("scores"), "probabilities")
        .output("probabilities", -1, 3);
  }

  /** Embeddings of five tokens, three numbers each, zeroed where the mask is. */
  static OnnxFiles encoder() {
    return new OnnxFiles()
        .input("input_ids", DataType.INT64, -1, -1)
        .input("attention_mask", DataType.INT64, -1, -1)
        .input("token_type_ids", DataType.INT64, -1, -1)
        .weight("words", numbers(15), 5, 3)
        .weight("types", new float[] {0, 0, 0, 9, 9, 9}, 2, 3)
        .weight(axes(2))
        .node("Gather", List.of("words", "input_ids"), "word")
        .node("Gather", List.of("types", "token_type_ids"), "kind")
        .node("Add", List.of("word", "kind"), "embedded")
        .node("Cast", List.of("attention_mask"), "mask", number("to", DataType.FLOAT_VALUE))
        .node("Unsqueeze", List.of("mask", "axes"), "column")
        .node("Mul", List.of("embedded", "column"), "last_hidden_state")
        .output("last_hidden_state", -1, -1, 3);
  }

  private static TensorProto axes(long axis) {
    return TensorProto.newBuilder()
        .setName("axes")
        .setDataType(DataType.INT64_VALUE)
        .addDims(1)
        .addInt64Data(axis)
        .build();
  }
}
