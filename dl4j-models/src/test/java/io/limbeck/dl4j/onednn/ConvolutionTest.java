package io.limbeck.dl4j.onednn;

import static org.assertj.core.api.Assertions.assertThat;

import io.limbeck.dl4j.graph.Fixtures;
import io.limbeck.dl4j.onednn.Convolution.Gradients;
import io.limbeck.dl4j.onednn.ConvolutionShape.Pair;
import io.limbeck.dl4j.onednn.ConvolutionShape.Plane;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Against sums that are written out, in double precision. */
class ConvolutionTest {
  static Stream<ConvolutionShape> shapes() {
    return Stream.of(
        shape(3, new Plane(1, 9, 7), 4, new Pair(3, 3), 1, 1, 1),
        shape(2, new Plane(16, 8, 8), 32, new Pair(3, 3), 2, 1, 1),
        shape(2, new Plane(16, 8, 8), 16, new Pair(1, 1), 2, 0, 1),
        shape(1, new Plane(5, 11, 12), 3, new Pair(5, 3), 2, 2, 1),
        shape(2, new Plane(4, 12, 12), 8, new Pair(3, 3), 1, 2, 2));
  }

  private static ConvolutionShape shape(
      long batch, Plane in, long channels, Pair kernel, long stride, long padding, long dilation) {
    long height = (in.height() + 2 * padding - (kernel.down() - 1) * dilation - 1) / stride + 1;
    long width = (in.width() + 2 * padding - (kernel.across() - 1) * dilation - 1) / stride + 1;
    return new ConvolutionShape(
        batch,
        in,
        new Plane(channels, height, width),
        kernel,
        new Pair(stride, stride),
        new Pair(padding, padding),
        new Pair(dilation, dilation));
  }

  /** A product of an input, a weight and an output element that the convolution has. */
  @FunctionalInterface
  private interface Term {
    void of(long[] input, long[] weight, long[] output);
  }

  private static void terms(ConvolutionShape shape, Term term) {
    for (long n = 0; n < shape.batch(); n++) {
      for (long o = 0; o < shape.out().channels(); o++) {
        for (long y = 0; y < shape.out().height(); y++) {
          for (long x = 0; x < shape.out().width(); x++) {
            for (long c = 0; c < shape.in().channels(); c++) {
              for (long i = 0; i < shape.kernel().down(); i++) {
                for (long j = 0; j < shape.kernel().across(); j++) {
                  long row = y * shape.stride().down() - shape.padding().down();
                  long column = x * shape.stride().across() - shape.padding().across();
                  row += i * shape.dilation().down();
                  column += j * shape.dilation().across();
                  if (row >= 0
                      && row < shape.in().height()
                      && column >= 0
                      && column < shape.in().width()) {
                    term.of(
                        new long[] {n, c, row, column},
                        new long[] {o, c, i, j},
                        new long[] {n, o, y, x});
                  }
                }
              }
            }
          }
        }
      }
    }
  }

  private static INDArray random(int seed, long... shape) {
    return Fixtures.random(seed, shape).castTo(DataType.FLOAT);
  }

  private static void add(INDArray to, long[] at, double value) {
    to.putScalar(at, to.getDouble(at) + value);
  }

  @ParameterizedTest
  @MethodSource("shapes")
  void valuesAndGradients(ConvolutionShape shape) {
    INDArray input = random(1, shape.input());
    INDArray weights = random(2, shape.weights());
    INDArray bias = random(3, 1, shape.out().channels());
    INDArray delta = random(4, shape.output());
    INDArray output = Nd4j.zeros(DataType.DOUBLE, shape.output());
    INDArray toInput = Nd4j.zeros(DataType.DOUBLE, shape.input());
    INDArray toWeights = Nd4j.zeros(DataType.DOUBLE, shape.weights());
    terms(
        shape,
        (in, weight, out) -> {
          add(output, out, input.getDouble(in) * weights.getDouble(weight));
          add(toInput, in, delta.getDouble(out) * weights.getDouble(weight));
          add(toWeights, weight, delta.getDouble(out) * input.getDouble(in));
        });
    output.addi(bias.castTo(DataType.DOUBLE).reshape(1, -1, 1, 1));

    Convolution convolution = new Convolution(shape);
    for (int time = 0; time < 2; time++) {
      INDArray to = Nd4j.valueArrayOf(shape.output(), 7f, DataType.FLOAT);
      convolution.forward(input, weights, bias, to);
      assertClose(to, output);
      INDArray gradient = Nd4j.valueArrayOf(shape.input(), 7f, DataType.FLOAT);
      INDArray ofWeights = Nd4j.valueArrayOf(shape.weights(), 7f, DataType.FLOAT);
      INDArray ofBias = Nd4j.valueArrayOf(new long[] {1, bias.length()}, 7f, DataType.FLOAT);
      convolution.backward(input, weights, delta, new Gradients(gradient, ofWeights, ofBias));
      assertClose(gradient, toInput);
      assertClose(ofWeights, toWeights);
      assertClose(ofBias, delta.castTo(DataType.DOUBLE).sum(0, 2, 3).reshape(1, -1));
    }
  }

  @ParameterizedTest
  @MethodSource("shapes")
  void arraysMayLieInAnyOrder_andHaveNoBias(ConvolutionShape shape) {
    INDArray input = random(1, shape.input());
    INDArray weights = random(2, shape.weights());
    INDArray delta = random(4, shape.output());
    INDArray bias = Nd4j.zeros(DataType.FLOAT, 1, shape.out().channels());
    INDArray expected = Nd4j.create(DataType.FLOAT, shape.output());
    INDArray found = Nd4j.create(DataType.FLOAT, shape.output());
    new Convolution(shape).forward(input, weights, bias, expected);
    new Convolution(shape).forward(input.dup('f'), weights.dup('f'), bias, found);
    assertThat(found.data().asFloat()).isEqualTo(expected.data().asFloat());

    INDArray gradient = Nd4j.create(DataType.FLOAT, shape.weights());
    INDArray again = Nd4j.create(DataType.FLOAT, shape.weights());
    new Convolution(shape).backward(input, weights, delta, new Gradients(null, gradient, null));
    new Convolution(shape)
        .backward(
            input.dup('f'), weights.dup('f'), delta.dup('f'), new Gradients(null, again, null));
    assertThat(again.data().asFloat()).isEqualTo(gradient.data().asFloat());
  }

  /** Tasks of several threads take the same network one after the other. */
  @Test
  void anotherThread_hasScratchOfItsOwn() throws Exception {
    ConvolutionShape shape = shapes().toList().get(1);
    INDArray input = random(1, shape.input());
    INDArray weights = random(2, shape.weights());
    INDArray bias = random(3, 1, shape.out().channels());
    INDArray here = Nd4j.create(DataType.FLOAT, shape.output());
    INDArray there = Nd4j.create(DataType.FLOAT, shape.output());
    Convolution convolution = new Convolution(shape);
    convolution.forward(input, weights, bias, here);
    ExecutorService other = Executors.newSingleThreadExecutor();
    try {
      other.submit(() -> convolution.forward(input, weights, bias, there)).get();
    } finally {
      other.shutdownNow();
    }
    assertThat(there.data().asFloat()).isEqualTo(here.data().asFloat());
  }

  private static void assertClose(INDArray found, INDArray expected) {
    double scale = expected.amaxNumber().doubleValue();
    assertThat(found.castTo(DataType.DOUBLE).sub(expected).amaxNumber().doubleValue())
        .isLessThan(1e-5 * scale);
  }
}
