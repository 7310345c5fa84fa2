package io.limbeck.dl4j.keras;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.limbeck.core.error.UserException;
import io.limbeck.dl4j.graph.FrozenNetwork;
import io.limbeck.dl4j.graph.LogitsForm;
import io.limbeck.dl4j.graph.Networks;
import io.limbeck.dl4j.inference.CompiledNetwork;
import io.limbeck.dl4j.inference.Weights;
import io.limbeck.dl4j.store.ModelFile;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.ops.transforms.Transforms;

class KerasFileTest {
  private static float[] numbers(int count, int seed) {
    float[] numbers = new float[count];
    for (int i = 0; i < count; i++) {
      numbers[i] = (float) Math.sin(seed + 1.7 * i);
    }
    return numbers;
  }

  /** Images of 6 x 5 with 2 channels; 3 classes. */
  private static KerasFiles cnn() {
    return KerasFiles.sequential()
        .layer(
            "Conv2D",
            "conv",
            """
            {"batch_input_shape": [null, 6, 5, 2], "filters": 4, "kernel_size": [3, 3], "strides": [1, 1],
             "padding": "same", "data_format": "channels_last", "dilation_rate": [1, 1], "activation": "relu",
             "use_bias": true}
            """)
        .weight("kernel", numbers(72, 1), 3, 3, 2, 4)
        .weight("bias", numbers(4, 2), 4)
        .layer(
            "MaxPooling2D",
            "pool",
            """
            {"pool_size": [2, 2], "padding": "valid", "strides": [2, 2], "data_format": "channels_last"}
            """)
        .layer("Flatten", "flatten", "{'data_format': 'channels_last'}")
        .layer("Dropout", "dropout", "{'rate': 0.5}")
        .layer("Dense", "scores", "{'units': 3, 'activation': 'softmax', 'use_bias': true}")
        .weight("kernel", numbers(3 * 2 * 4 * 3, 3), 24, 3)
        .weight("bias", numbers(3, 4), 3);
  }

  /**
   * The same network in plain loops over images {@code [height, width, channels]}, as Keras has
   * them.
   */
  private static double[] expected(double[][][] image) {
    float[] kernel = numbers(72, 1);
    float[] bias = numbers(4, 2);
    double[][][] conv = new double[6][5][4];
    for (int y = 0; y < 6; y++) {
      for (int x = 0; x < 5; x++) {
        for (int out = 0; out < 4; out++) {
          double sum = bias[out];
          for (int dy = 0; dy < 3; dy++) {
            for (int dx = 0; dx < 3; dx++) {
              int fromY = y + dy - 1;
              int fromX = x + dx - 1;
              if (fromY >= 0 && fromY < 6 && fromX >= 0 && fromX < 5) {
                for (int in = 0; in < 2; in++) {
                  sum += image[fromY][fromX][in] * kernel[((dy * 3 + dx) * 2 + in) * 4 + out];
                }
              }
            }
          }
          conv[y][x][out] = Math.max(0, sum);
        }
      }
    }
    double[] flat = new double[24];
    for (int y = 0; y < 3; y++) {
      for (int x = 0; x < 2; x++) {
        for (int c = 0; c < 4; c++) {
          flat[(y * 2 + x) * 4 + c] =
              Math.max(
                  Math.max(conv[2 * y][2 * x][c], conv[2 * y][2 * x + 1][c]),
                  Math.max(conv[2 * y + 1][2 * x][c], conv[2 * y + 1][2 * x + 1][c]));
        }
      }
    }
    float[] weights = numbers(72, 3);
    double[] scores = new double[3];
    double sum = 0;
    for (int k = 0; k < 3; k++) {
      scores[k] = numbers(3, 4)[k];
      for (int i = 0; i < 24; i++) {
        scores[k] += flat[i] * weights[i * 3 + k];
      }
      sum += Math.exp(scores[k]);
    }
    for (int k = 0; k < 3; k++) {
      scores[k] = Math.exp(scores[k]) / sum;
    }
    return scores;
  }

  @Test
  void read_sequentialOfImages_takesThemChannelsFirstAndComputesTheSame() {
    ComputationGraph network = KerasFile.read(cnn().bytes(), "cnn.h5");
    INDArray images = Nd4j.create(numbers(4 * 60, 9), new long[] {4, 2, 6, 5}, 'c');
    INDArray outputs = network.output(false, images)[0];
    for (int i = 0; i < 4; i++) {
      double[][][] image = new double[6][5][2];
      for (int y = 0; y < 6; y++) {
        for (int x = 0; x < 5; x++) {
          for (int c = 0; c < 2; c++) {
            image[y][x][c] = images.getDouble(i, c, y, x);
          }
        }
      }
      assertThat(outputs.getRow(i).toDoubleVector()).containsExactly(expected(image), within(1e-5));
    }
  }

  /** Its flattening stands alone, before the dropout. */
  @Test
  void read_sequentialOfImages_canBeCompiled() {
    ComputationGraph network = KerasFile.read(cnn().bytes(), "cnn.h5");
    ComputationGraphConfiguration conf = LogitsForm.of(network.getConfiguration());
    FrozenNetwork frozen = FrozenNetwork.of(conf, network, List.of("scores"));
    INDArray images = Nd4j.create(numbers(4 * 60, 9), new long[] {4, 2, 6, 5}, 'c');
    ComputationGraph running =
        Networks.sharing(
            ComputationGraphConfiguration.fromJson(frozen.configuration()),
            Nd4j.createFromArray(frozen.parameters()).reshape(1, -1));
    assertThat(CompiledNetwork.of(running, new Weights())).isPresent();
    INDArray scores = frozen.load().instance().forward(images).get("scores");
    INDArray expected = network.output(false, images)[0];
    assertThat(Transforms.softmax(scores).sub(expected).amaxNumber().doubleValue())
        .isCloseTo(0, within(1e-5));
  }

  /** Images of 2 x 2 with 3 channels, seen by layers that look at one pixel at a time. */
  private static KerasFiles branches() {
    String conv =
        "{'filters': 3, 'kernel_size': [1, 1], 'strides': [1, 1], 'padding': 'valid',"
            + " 'data_format': 'channels_last', 'dilation_rate': [1, 1], 'activation': 'linear'}";
    return KerasFiles.functional()
        .layer("InputLayer", "image", "{'batch_input_shape': [null, 2, 2, 3], 'sparse': false}")
        .layer("Conv2D", "conv", conv, "image")
        .weight("kernel", numbers(9, 1), 1, 1, 3, 3)
        .weight("bias", numbers(3, 2), 3)
        .layer(
            "BatchNormalization",
            "norm",
            "{'axis': [3], 'momentum': 0.99, 'epsilon': 0.001, 'center': true, 'scale': true,"
                + " 'beta_initializer': {'class_name': 'Zeros', 'config': {}}, 'gamma_initializer': {'class_name': 'Ones', 'config': {}},"
                + " 'moving_mean_initializer': {'class_name': 'Zeros', 'config': {}}, 'moving_variance_initializer': {'class_name': 'Ones', 'config': {}},"
                + " 'beta_regularizer': null, 'gamma_regularizer': null, 'beta_constraint': null, 'gamma_constraint': null}",
            "conv")
        .weight("gamma", new float[] {1, 2, -1}, 3)
        .weight("beta", new float[] {0.5f, 0, 1}, 3)
        .weight("moving_mean", new float[] {0.1f, -0.2f, 0.3f}, 3)
        .weight("moving_variance", new float[] {1, 0.5f, 2}, 3)
        .layer("Activation", "relu", "{'activation': 'relu'}", "norm")
        .layer("Add", "sum", "{}", "relu", "image")
        .layer("Concatenate", "both", "{'axis': -1}", "sum", "image")
        .layer(
            "GlobalAveragePooling2D",
            "pool",
            "{'data_format': 'channels_last', 'keepdims': false}",
            "both")
        .layer("Dense", "scores", "{'units': 2, 'activation': 'linear'}", "pool")
        .weight("kernel", numbers(12, 5), 6, 2)
        .weight("bias", numbers(2, 6), 2);
  }

  @Test
  void read_functionalWithBranches_computesTheSame() {
    ComputationGraph network = KerasFile.read(branches().bytes(), "branches.h5");
    INDArray image = Nd4j.create(numbers(12, 3), new long[] {1, 3, 2, 2}, 'c');
    float[] kernel = numbers(9, 1);
    float[] gamma = {1, 2, -1};
    float[] beta = {0.5f, 0, 1};
    float[] mean = {0.1f, -0.2f, 0.3f};
    float[] variance = {1, 0.5f, 2};
    double[] pooled = new double[6];
    for (int y = 0; y < 2; y++) {
      for (int x = 0; x < 2; x++) {
        for (int out = 0; out < 3; out++) {
          double conv = numbers(3, 2)[out];
          for (int in = 0; in < 3; in++) {
            conv += image.getDouble(0, in, y, x) * kernel[in * 3 + out];
          }
          double norm =
              gamma[out] * (conv - mean[out]) / Math.sqrt(variance[out] + 0.001) + beta[out];
          double pixel = image.getDouble(0, out, y, x);
          pooled[out] += (Math.max(0, norm) + pixel) / 4;
          pooled[out + 3] += pixel / 4;
        }
      }
    }
    double[] scores = new double[2];
    for (int k = 0; k < 2; k++) {
      scores[k] = numbers(2, 6)[k];
      for (int i = 0; i < 6; i++) {
        scores[k] += pooled[i] * numbers(12, 5)[i * 2 + k];
      }
    }
    ComputationGraphConfiguration conf = LogitsForm.of(network.getConfiguration());
    FrozenNetwork frozen = FrozenNetwork.of(conf, network, List.of("scores", "sum"));
    Map<String, INDArray> outputs = frozen.load().instance().forward(image);
    assertThat(outputs.get("scores").toDoubleVector()).containsExactly(scores, within(1e-5));
    assertThat(outputs.get("sum").shape()).containsExactly(1, 3, 2, 2);
  }

  @Test
  void read_networkOfVectors_computesTheSame() {
    KerasFiles files =
        KerasFiles.sequential()
            .layer(
                "Dense",
                "scores",
                "{'batch_input_shape': [null, 4], 'units': 2, 'activation': 'softmax'}")
            .weight("kernel", numbers(8, 1), 4, 2)
            .weight("bias", numbers(2, 2), 2);
    INDArray features = Nd4j.create(numbers(12, 3), new long[] {3, 4}, 'c');
    INDArray expected =
        Transforms.softmax(
            features
                .mmul(Nd4j.create(numbers(8, 1), new long[] {4, 2}, 'c'))
                .addRowVector(Nd4j.createFromArray(numbers(2, 2))));
    INDArray actual = KerasFile.read(files.bytes(), "mlp.h5").output(false, features)[0];
    assertThat(actual.sub(expected).amaxNumber().doubleValue()).isCloseTo(0, within(1e-6));
    assertThat(KerasFile.inputShape(files.bytes(), "mlp.h5").orElseThrow()).containsExactly(4);
  }

  @Test
  void inputShape_images_isChannelsFirst() {
    assertThat(KerasFile.inputShape(cnn().bytes(), "cnn.h5").orElseThrow())
        .containsExactly(2, 6, 5);
  }

  @Test
  void inputShape_ofAnySize_isNotTold() {
    byte[] bytes =
        KerasFiles.functional()
            .layer("InputLayer", "image", "{'batch_input_shape': [null, null, null, 3]}")
            .bytes();
    assertThat(KerasFile.inputShape(bytes, "any.h5")).isEmpty();
  }

  private static void assertMessage(byte[] bytes, String message) {
    assertThatThrownBy(() -> ModelFile.read(bytes, "model.h5"))
        .isInstanceOf(UserException.class)
        .hasMessage(message);
  }

  @Test
  void read_weightsOnly_saysHowToSave() {
    assertMessage(
        cnn().weightsOnly(),
        "Model file model.h5 holds no Keras model, or only weights: save it whole, with model.save(\"model.h5\")");
  }

  @Test
  void read_keras3_saysWhatElse() throws IOException {
    assertMessage(
        cnn().version("3.4.1").bytes(),
        "Model file model.h5 was written by Keras 3.4.1, but only files of Keras 2 can be imported: a frozen teacher may be exported to ONNX instead (OnnxFile)");
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
      zip.putNextEntry(new ZipEntry("model.weights.h5"));
    }
    assertMessage(
        bytes.toByteArray(),
        "Model file model.h5 was written by Keras 3, but only HDF5 files of Keras 2 can be imported: a frozen teacher may be exported to ONNX instead (OnnxFile)");
  }

  /** Keras keeps the byte code of such a function in the file. */
  @Test
  void read_lambda_isRefused() {
    byte[] bytes =
        KerasFiles.sequential()
            .layer(
                "Lambda",
                "twice",
                """
                {"batch_input_shape": [null, 4], "function_type": "lambda", "function": ["4wEAAAA=", null, null]}
                """)
            .layer("Dense", "scores", "{'units': 3, 'activation': 'softmax', 'use_bias': true}")
            .weight("kernel", numbers(12, 3), 4, 3)
            .weight("bias", numbers(3, 4), 3)
            .bytes();
    assertThatThrownBy(() -> ModelFile.read(bytes, "model.h5"))
        .isInstanceOf(UserException.class)
        .hasMessageStartingWith("Model file model.h5 cannot be imported from Keras: ")
        .hasMessageContaining("twice");
  }

  @Test
  void read_unknownLayer_saysWhich() {
    byte[] bytes =
        KerasFiles.sequential()
            .layer("Wonder", "wonder", "{'batch_input_shape': [null, 4]}")
            .bytes();
    assertThatThrownBy(() -> ModelFile.read(bytes, "model.h5"))
        .isInstanceOf(UserException.class)
        .hasMessageStartingWith("Model file model.h5 cannot be imported from Keras: ")
        .hasMessageContaining("Wonder");
  }

  @Test
  void read_channelsFirst_saysWhatElse() {
    byte[] bytes =
        KerasFiles.sequential()
            .layer("Flatten", "flatten", "{'data_format': 'channels_first'}")
            .bytes();
    assertMessage(
        bytes,
        "Model file model.h5 was trained with data_format channels_first, of which kernels cannot be imported: a frozen teacher may be exported to ONNX instead (OnnxFile)");
  }

  @Test
  void read_layerThatCannotBeTurned_saysWhich() {
    byte[] bytes =
        KerasFiles.sequential()
            .layer(
                "MaxPooling2D",
                "pool",
                "{'batch_input_shape': [null, 4, 4, 2], 'pool_size': [2, 2], 'padding': 'valid', 'strides': [2, 2], 'data_format': 'channels_last'}")
            .layer("Reshape", "odd", "{'target_shape': [8]}")
            .layer("Dense", "scores", "{'units': 2, 'activation': 'softmax'}")
            .weight("kernel", numbers(16, 1), 8, 2)
            .weight("bias", numbers(2, 2), 2)
            .bytes();
    assertMessage(
        bytes,
        "Model file model.h5 takes images channels last and has 'odd', a ReshapePreprocessor, which cannot be turned into one that takes them channels first: a frozen teacher may be exported to ONNX instead (OnnxFile)");
  }

  @Test
  void read_flattenedForNoDenseLayer_saysWhich() {
    byte[] bytes =
        KerasFiles.sequential()
            .layer(
                "MaxPooling2D",
                "pool",
                "{'batch_input_shape': [null, 4, 4, 2], 'pool_size': [2, 2], 'padding': 'valid', 'strides': [2, 2], 'data_format': 'channels_last'}")
            .layer("Flatten", "flatten", "{'data_format': 'channels_last'}")
            .layer("Softmax", "scores", "{'axis': -1}")
            .bytes();
    assertMessage(
        bytes,
        "Model file model.h5 flattens images channels last for 'scores', which is no dense layer, and cannot be turned into one that takes them channels first: a frozen teacher may be exported to ONNX instead (OnnxFile)");
  }

  @Test
  void read_cutOff_isDamaged() {
    byte[] whole = cnn().bytes();
    assertThatThrownBy(() -> ModelFile.read(Arrays.copyOf(whole, whole.length / 3), "model.h5"))
        .isInstanceOf(UserException.class)
        .hasMessageStartingWith("Model file model.h5 cannot be imported from Keras: ");
  }
}
