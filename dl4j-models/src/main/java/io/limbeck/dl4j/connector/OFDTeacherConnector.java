package io.limbeck.dl4j.connector;

import io.limbeck.dl4j.function.MarginRelu;
import java.util.List;

/**
 * The margin ReLU of the overhaul of feature distillation: {@code max(x, margin)}, where a
 * channel's margin is the mean of its negative values as its BatchNorm's scale and offset tell it.
 * Takes the output of a BatchNorm of the teacher.
 *
 * <pre>
 *   s = |gamma|, m = beta, Phi the normal distribution function
 *   margin = m - s exp(-(m/s)^2 / 2) / (sqrt(2 pi) Phi(-m/s))   where Phi(-m/s) &gt; 0.001, else -3 s
 * </pre>
 *
 * <p>Source: B. Heo, J. Kim, S. Yun, H. Park, N. Kwak, J. Y. Choi, "A Comprehensive Overhaul of
 * Feature Distillation", ICCV 2019, arXiv:1904.01866, equation 3 and the authors' code; MMRazor's
 * {@code OFDTeacherConnector}.
 */
public record OFDTeacherConnector() implements GraphConnector {

  @Override
  public List<List<Long>> outputs(List<List<Long>> inputs) {
    return List.of(inputs.get(0));
  }

  @Override
  public boolean trainable() {
    return false;
  }

  @Override
  public List<String> build(Branch branch, List<String> inputs) {
    double[] scale = branch.parameter(inputs.get(0), "gamma");
    double[] offset = branch.parameter(inputs.get(0), "beta");
    double[] margins = new double[scale.length];
    for (int channel = 0; channel < margins.length; channel++) {
      margins[channel] = Margins.of(scale[channel], offset[channel]);
    }
    return List.of(branch.add("margin", new MarginRelu(margins), inputs.get(0)));
  }
}
