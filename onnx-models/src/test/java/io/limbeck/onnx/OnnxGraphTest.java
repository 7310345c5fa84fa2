package io.limbeck.onnx;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.limbeck.core.error.UserException;
import java.util.List;
import onnx.Onnx.FunctionProto;
import onnx.Onnx.GraphProto;
import onnx.Onnx.TensorProto;
import org.junit.jupiter.api.Test;
import org.nd4j.shade.protobuf.UnknownFieldSet;

/** Numbers in other files, wherever a model may have some. */
class OnnxGraphTest {
  private static final TensorProto BESIDE =
      TensorProto.newBuilder()
          .setName("fc.weight")
          .setDataLocation(TensorProto.DataLocation.EXTERNAL)
          .build();

  @Test
  void weightsBeside_saysSo() {
    assertKeptBeside(OnnxFiles.classifier().weight(BESIDE));
  }

  /** A path may stand wherever numbers may, and onnxruntime would read what is there. */
  @Test
  void constantBeside_saysSo() {
    assertKeptBeside(
        OnnxFiles.classifier().node("Constant", List.of(), "c", OnnxFiles.constant(BESIDE)));
  }

  @Test
  void constantOfABranchBeside_saysSo() {
    GraphProto branch =
        GraphProto.newBuilder()
            .addNode(
                OnnxFiles.node("Constant", List.of(), List.of("c"), OnnxFiles.constant(BESIDE)))
            .build();
    assertKeptBeside(
        OnnxFiles.classifier()
            .node("If", List.of("x"), "y", OnnxFiles.body("then_branch", branch)));
  }

  /** ONNX has had such defaults since its release 1.13. */
  @Test
  void defaultOfAFunctionsAttributeBeside_saysSo() {
    FunctionProto function =
        FunctionProto.newBuilder()
            .setName("f")
            .setUnknownFields(
                UnknownFieldSet.newBuilder()
                    .addField(
                        11,
                        UnknownFieldSet.Field.newBuilder()
                            .addLengthDelimited(OnnxFiles.constant(BESIDE).toByteString())
                            .build())
                    .build())
            .build();
    assertKeptBeside(OnnxFiles.classifier().function(function));
  }

  private static void assertKeptBeside(OnnxFiles files) {
    assertThatThrownBy(() -> OnnxGraph.read(files.bytes(), "teacher.onnx"))
        .isInstanceOf(UserException.class)
        .hasMessage(
            "Model file teacher.onnx keeps its weights, 'fc.weight' among them, in files beside it, which do not travel to executors: save it as one file");
  }
}
