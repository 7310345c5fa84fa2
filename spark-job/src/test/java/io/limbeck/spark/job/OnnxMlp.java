package io.limbeck.spark.job;

import java.util.List;
import onnx.Onnx.GraphProto;
import onnx.Onnx.ModelProto;
import onnx.Onnx.NodeProto;
import onnx.Onnx.OperatorSetIdProto;
import onnx.Onnx.TensorProto;
import onnx.Onnx.TensorProto.DataType;
import onnx.Onnx.TensorShapeProto;
import onnx.Onnx.TypeProto;
import onnx.Onnx.ValueInfoProto;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Exports the teacher of {@link TinyExperiment}. */
public final class OnnxMlp {
  private OnnxMlp() {}

  /** The ONNX file of a network with one hidden layer, up to its scores. */
  public static byte[] of(ComputationGraph network) {
    GraphProto graph =
        GraphProto.newBuilder()
            .setName("mlp")
            .addInput(value("image", 1, 8, 8))
            .addInitializer(weight(network, "backbone.layer0.fc/W"))
            .addInitializer(weight(network, "backbone.layer0.fc/b"))
            .addInitializer(weight(network, "head.fc/W"))
            .addInitializer(weight(network, "head.fc/b"))
            .addNode(node("Flatten", "flat", "image"))
            .addNode(node("Gemm", "hidden", "flat", "backbone.layer0.fc/W", "backbone.layer0.fc/b"))
            .addNode(node("Relu", "relu", "hidden"))
            .addNode(node("Gemm", "scores", "relu", "head.fc/W", "head.fc/b"))
            .addOutput(value("scores", parameter(network, "head.fc/b").length()))
            .build();
    return ModelProto.newBuilder()
        .setIrVersion(8)
        .addOpsetImport(OperatorSetIdProto.newBuilder().setDomain("").setVersion(13))
        .setGraph(graph)
        .build()
        .toByteArray();
  }

  private static TensorProto weight(ComputationGraph network, String name) {
    INDArray array = parameter(network, name);
    TensorProto.Builder weight =
        TensorProto.newBuilder().setName(name).setDataType(DataType.FLOAT_VALUE);
    long[] shape = name.endsWith("/b") ? new long[] {array.length()} : array.shape();
    for (long size : shape) {
      weight.addDims(size);
    }
    for (float number : array.dup('c').data().asFloat()) {
      weight.addFloatData(number);
    }
    return weight.build();
  }

  private static INDArray parameter(ComputationGraph network, String name) {
    int slash = name.indexOf('/');
    return network.getLayer(name.substring(0, slash)).getParam(name.substring(slash + 1));
  }

  private static NodeProto node(String type, String output, String... inputs) {
    return NodeProto.newBuilder()
        .setOpType(type)
        .addAllInput(List.of(inputs))
        .addOutput(output)
        .build();
  }

  private static ValueInfoProto value(String name, long... shape) {
    TensorShapeProto.Builder dimensions =
        TensorShapeProto.newBuilder()
            .addDim(TensorShapeProto.Dimension.newBuilder().setDimParam("batch"));
    for (long size : shape) {
      dimensions.addDim(TensorShapeProto.Dimension.newBuilder().setDimValue(size));
    }
    return ValueInfoProto.newBuilder()
        .setName(name)
        .setType(
            TypeProto.newBuilder()
                .setTensorType(
                    TypeProto.Tensor.newBuilder()
                        .setElemType(DataType.FLOAT_VALUE)
                        .setShape(dimensions)))
        .build();
  }
}
