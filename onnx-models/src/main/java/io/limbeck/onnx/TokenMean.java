package io.limbeck.onnx;

import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * The mean of a text network's output over the tokens that are no padding: what sentence encoders
 * are trained to be compared by.
 *
 * <p>Source: N. Reimers, I. Gurevych, "Sentence-BERT", EMNLP 2019, arXiv:1908.10084, section 3, the
 * MEAN strategy.
 */
final class TokenMean {
  private TokenMean() {}

  /**
   * Means of some examples.
   *
   * @param output {@code [batch, tokens, units]}
   * @param tokens {@code [batch, tokens]}, 0 where there is padding
   * @return {@code [batch, units]}; 0 for an example of nothing but padding
   */
  static INDArray of(INDArray output, INDArray tokens) {
    int batch = Math.toIntExact(output.size(0));
    int length = Math.toIntExact(output.size(1));
    int units = Math.toIntExact(output.size(2));
    float[] values = output.data().asFloat();
    float[] ids = tokens.dup('c').data().asFloat();
    float[] means = new float[batch * units];
    for (int b = 0; b < batch; b++) {
      int counted = 0;
      for (int t = 0; t < length; t++) {
        if (ids[b * length + t] != 0) {
          counted++;
          for (int u = 0; u < units; u++) {
            means[b * units + u] += values[(b * length + t) * units + u];
          }
        }
      }
      for (int u = 0; u < units; u++) {
        means[b * units + u] /= Math.max(1, counted);
      }
    }
    return Nd4j.create(means, new long[] {batch, units}, 'c');
  }
}
