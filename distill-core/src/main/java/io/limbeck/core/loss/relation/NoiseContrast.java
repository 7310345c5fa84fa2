package io.limbeck.core.loss.relation;

import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * One side of {@link CRDLoss}: embeddings against a bank.
 *
 * @param loss unweighted
 * @param gradient with respect to the embeddings
 * @param constant {@code Z}, as it was or as this mini-batch sets it
 */
record NoiseContrast(double loss, INDArray gradient, double constant) {

  /**
   * Computes it. Scores with the whole bank are one matrix product, which takes less time than
   * gathering thousands of rows for each example, and so is the gradient.
   *
   * @param config temperature and the like
   * @param features {@code [batch, dim]}
   * @param bank {@code [examples, dim]}
   * @param compared for each example the positive's row, then the negatives'
   * @param constant {@code Z}; negative when this mini-batch is the one that sets it
   */
  static NoiseContrast of(
      CRDLoss config, INDArray features, INDArray bank, int[][] compared, double constant) {
    double[][] scores = features.mmul(bank.transpose()).divi(config.temperature()).toDoubleMatrix();
    double z = constant < 0 ? meanExp(scores, compared) * config.sampleN() : constant;
    double[][] slopes = new double[scores.length][scores[0].length];
    double sum = 0;
    for (int i = 0; i < scores.length; i++) {
      sum += addRow(config, scores[i], compared[i], Math.log(z), slopes[i]);
    }
    INDArray ofScores = Nd4j.createFromArray(slopes).castTo(features.dataType());
    INDArray gradient = ofScores.mmul(bank).divi(-config.temperature() * scores.length);
    return new NoiseContrast(-sum / scores.length, gradient, z);
  }

  private static double meanExp(double[][] scores, int[][] compared) {
    double sum = 0;
    long count = 0;
    for (int i = 0; i < scores.length; i++) {
      for (int row : compared[i]) {
        sum += Math.exp(scores[i][row]);
        count++;
      }
    }
    return sum / count;
  }

  /**
   * An example's log likelihood; with {@code x = log(c Z) - score} and {@code c = m P_n + eps},
   * {@code log(P / (P + c)) = -softplus(x)} and {@code log(m P_n / (P + c)) = log(m P_n / c) -
   * softplus(-x)}.
   */
  private static double addRow(
      CRDLoss config, double[] scores, int[] rows, double logZ, double[] slopes) {
    double noise = (rows.length - 1) / (double) config.sampleN();
    double logNoise = Math.log(noise + config.eps());
    double sum = 0;
    for (int k = 0; k < rows.length; k++) {
      double x = logNoise + logZ - scores[rows[k]];
      if (k == 0) {
        sum -= softPlus(x);
        slopes[rows[k]] += 1 / (1 + Math.exp(-x));
      } else {
        sum += Math.log(noise) - logNoise - softPlus(-x);
        slopes[rows[k]] -= 1 / (1 + Math.exp(x));
      }
    }
    return sum;
  }

  private static double softPlus(double x) {
    return Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
  }
}
