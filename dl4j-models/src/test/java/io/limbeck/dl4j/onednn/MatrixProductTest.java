package io.limbeck.dl4j.onednn;

import static org.assertj.core.api.Assertions.assertThat;

import io.limbeck.dl4j.graph.Fixtures;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Against sums that are written out, in double precision. */
class MatrixProductTest {
  private static INDArray random(int seed, long... shape) {
    return Fixtures.random(seed, shape).castTo(DataType.FLOAT);
  }

  @ParameterizedTest
  @CsvSource({"1, 3, 2", "7, 5, 1", "16, 33, 40", "64, 128, 10"})
  void allThreeProducts(int batch, int in, int out) {
    INDArray input = random(1, batch, in);
    INDArray weights = random(2, in, out).dup('f');
    INDArray bias = random(3, 1, out);
    INDArray delta = random(4, batch, out);
    MatrixProduct product = new MatrixProduct(in, out);
    INDArray output = Nd4j.createUninitialized(DataType.FLOAT, batch, out);
    INDArray bare = Nd4j.createUninitialized(DataType.FLOAT, batch, out);
    INDArray toWeights = Nd4j.createUninitialized(DataType.FLOAT, new long[] {in, out}, 'f');
    INDArray toBias = Nd4j.createUninitialized(DataType.FLOAT, 1, out);
    INDArray toInput = Nd4j.createUninitialized(DataType.FLOAT, batch, in);

    product.forward(input, weights, bias, output);
    product.forward(input, weights, null, bare);
    // Neither order of elements nor where they lie matters.
    product.toWeights(input.dup('f'), delta.dup('f'), toWeights);
    product.toBias(delta, toBias);
    product.toInput(delta, weights.dup('c'), toInput);

    for (int n = 0; n < batch; n++) {
      for (int o = 0; o < out; o++) {
        double sum = 0;
        for (int i = 0; i < in; i++) {
          sum += (double) input.getFloat(n, i) * weights.getFloat(i, o);
        }
        near(bare.getFloat(n, o), sum);
        near(output.getFloat(n, o), sum + bias.getFloat(0, o));
      }
      for (int i = 0; i < in; i++) {
        double sum = 0;
        for (int o = 0; o < out; o++) {
          sum += (double) delta.getFloat(n, o) * weights.getFloat(i, o);
        }
        near(toInput.getFloat(n, i), sum);
      }
    }
    for (int o = 0; o < out; o++) {
      double ofBias = 0;
      for (int n = 0; n < batch; n++) {
        ofBias += delta.getFloat(n, o);
      }
      near(toBias.getFloat(0, o), ofBias);
      for (int i = 0; i < in; i++) {
        double sum = 0;
        for (int n = 0; n < batch; n++) {
          sum += (double) input.getFloat(n, i) * delta.getFloat(n, o);
        }
        near(toWeights.getFloat(i, o), sum);
      }
    }
  }

  private static void near(double value, double expected) {
    assertThat(value).isCloseTo(expected, org.assertj.core.data.Offset.offset(1e-4));
  }
}
