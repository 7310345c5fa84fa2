package io.limbeck.dl4j.training;

import io.limbeck.core.math.Contiguous;
import io.limbeck.core.math.LogSumExp;
import java.util.Arrays;
import org.bytedeco.javacpp.FloatPointer;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.conf.layers.LossLayer;
import org.nd4j.linalg.activations.impl.ActivationSoftmax;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.lossfunctions.impl.LossMCXENT;

/**
 * A network's end whose loss is the cross-entropy of the softmax of its input with labels: value
 * and gradient of {@link LossMCXENT} in one pass, for a few classes cost less on the heap than the
 * calls of native operations.
 */
final class CrossEntropyStage implements Stage {
  private final Tensor logits;
  private final int outputNumber;
  private final StepContext context;
  private final int classes;
  private final double[] weights;
  private final double leastLog;
  private final double largestLog;
  private final float[] values;
  private final float[] expected;
  private double loss;

  /**
   * An end that {@link #fits}.
   *
   * @param layer of the loss
   * @param logits read
   * @param outputNumber which of the network's outputs it is
   * @param context of the step
   */
  CrossEntropyStage(Layer layer, Tensor logits, int outputNumber, StepContext context) {
    LossMCXENT function = (LossMCXENT) ((LossLayer) layer.conf().getLayer()).getLossFn();
    this.logits = logits;
    this.outputNumber = outputNumber;
    this.context = context;
    this.classes = (int) logits.shape()[1];
    this.weights = function.getWeights() == null ? null : function.getWeights().toDoubleVector();
    this.leastLog = Math.log(function.getSoftmaxClipEps());
    this.largestLog = Math.log1p(-function.getSoftmaxClipEps());
    this.values = new float[Math.toIntExact(logits.shape()[0] * classes)];
    this.expected = new float[values.length];
  }

  /** Whether a layer is one, and its input known here. */
  static boolean fits(Layer layer, Tensor input) {
    return layer.conf().getLayer() instanceof LossLayer conf
        && conf.getClass() == LossLayer.class
        && conf.getActivationFn() instanceof ActivationSoftmax
        && conf.getLossFn().getClass() == LossMCXENT.class
        && conf.getIDropout() == null
        && input.isKnown()
        && input.shape().length == 2
        && fits(((LossMCXENT) conf.getLossFn()).getWeights(), input.shape()[1]);
  }

  private static boolean fits(INDArray weights, long classes) {
    return weights == null || weights.length() == classes;
  }

  /** The mean over the last mini-batch. */
  double loss() {
    return loss;
  }

  @Override
  public void forward(Work work) {
    // The labels are there on the way back.
  }

  @Override
  public void backward(Work work) {
    FloatPointer read = new FloatPointer(logits.values().get_data_handle());
    Share contribution = work.contribution(logits);
    FloatPointer written = new FloatPointer(contribution.as(logits.layout()).get_data_handle());
    work.add(
        () -> {
          read.get(values);
          labels();
          run();
          written.put(values);
        });
    work.contribute(logits, contribution);
  }

  private void labels() {
    INDArray labels = context.labels(outputNumber);
    if (labels == null || !Arrays.equals(labels.shape(), logits.shape())) {
      throw new IllegalStateException(
          "The labels have shape %s, but the logits that they belong to %s"
              .formatted(
                  labels == null ? null : Arrays.toString(labels.shape()),
                  Arrays.toString(logits.shape())));
    }
    INDArray dense = Contiguous.of(labels.castTo(DataType.FLOAT));
    new FloatPointer(Contiguous.address(dense)).get(expected);
  }

  /** Makes gradients of logits. */
  private void run() {
    double sum = 0;
    for (int start = 0; start < values.length; start += classes) {
      sum += row(start);
    }
    loss = sum * classes / values.length;
  }

  private double row(int start) {
    int end = start + classes;
    double all = LogSumExp.of(values, start, end);
    double entropy = 0;
    double factor = weights == null ? 1 : 0;
    for (int i = start; i < end; i++) {
      double label = label(i, i - start);
      factor += weights == null ? 0 : label;
      if (label != 0) {
        entropy -= label * Math.max(leastLog, Math.min(largestLog, values[i] - all));
      }
    }
    for (int i = start; i < end; i++) {
      double probability = Math.exp(values[i] - all);
      values[i] = (float) (probability * factor - label(i, i - start));
    }
    return entropy;
  }

  private double label(int i, int ofClass) {
    return weights == null ? expected[i] : expected[i] * weights[ofClass];
  }
}
