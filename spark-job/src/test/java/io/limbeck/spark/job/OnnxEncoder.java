package io.limbeck.spark.job;

import io.limbeck.spark.TestText;
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

/** A text encoder with the inputs and output of a transformer: a vector for each token. */
final class OnnxEncoder {
  static final int UNITS = 3;

  private OnnxEncoder() {}

  /** A token's vector; money and meetings are far from each other. */
  static float[] vector(int token) {
    float[] vector = new float[UNITS];
    for (int i = 0; i < UNITS; i++) {
      vector[i] = (float) (0.3 * Math.sin(1 + UNITS * token + i));
    }
    String word = TestText.WORDS.get(token);
    vector[0] += word.equals("money") ? 2 : word.equals("meeting") ? -2 : 0;
    return vector;
  }

  static byte[] bytes() {
    TensorProto.Builder words =
        TensorProto.newBuilder()
            .setName("words")
            .setDataType(DataType.FLOAT_VALUE)
            .addDims(TestText.WORDS.size())
            .addDims(UNITS);
    for (int token = 0; token < TestText.WORDS.size(); token++) {
      for (float number : vector(token)) {
        words.addFloatData(number);
      }
    }
    GraphProto graph =
        GraphProto.newBuilder()
            .setName("encoder")
            .addInput(tokens("input_ids"))
            .addInput(tokens("attention_mask"))
            .addInput(tokens("token_type_ids"))
            .addInitializer(words)
            .addNode(
                NodeProto.newBuilder()
                    .setOpType("Gather")
                    .addAllInput(List.of("words", "input_ids"))
                    .addOutput("last_hidden_state"))
            .addOutput(value("last_hidden_state", DataType.FLOAT, "batch", "tokens", "units"))
            .build();
    return ModelProto.newBuilder()
        .setIrVersion(8)
        .addOpsetImport(OperatorSetIdProto.newBuilder().setDomain("").setVersion(13))
        .setGraph(graph)
        .build()
        .toByteArray();
  }

  private static ValueInfoProto tokens(String name) {
    return value(name, DataType.INT64, "batch", "tokens");
  }

  private static ValueInfoProto value(String name, DataType type, String... dimensions) {
    TensorShapeProto.Builder shape = TensorShapeProto.newBuilder();
    for (String dimension : dimensions) {
      shape.addDim(TensorShapeProto.Dimension.newBuilder().setDimParam(dimension));
    }
    return ValueInfoProto.newBuilder()
        .setName(name)
        .setType(
            TypeProto.newBuilder()
                .setTensorType(
                    TypeProto.Tensor.newBuilder().setElemType(type.getNumber()).setShape(shape)))
        .build();
  }
}
