package io.limbeck.dl4j.function;

import io.limbeck.dl4j.vertex.ArrayFunction;
import java.util.List;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.ops.transforms.Transforms;

/**
 * Scaled dot-product attention of one head, of each example: {@code softmax(q' k / sqrt(size)) v'}.
 * Arguments are queries {@code [size, queries]}, keys {@code [size, keys]} and values {@code [size,
 * keys]}; the result is {@code [size, queries]}.
 *
 * <p>Source: A. Vaswani et al., "Attention Is All You Need", NeurIPS 2017, arXiv:1706.03762,
 * equation 1.
 */
public record SequenceAttention() implements ArrayFunction {
  private static final long serialVersionUID = 1L;

  @Override
  public List<Long> shape(List<List<Long>> inputs) {
    return List.of(inputs.get(2).get(0), inputs.get(0).get(1));
  }

  @Override
  public Value apply(List<INDArray> inputs) {
    INDArray q = inputs.get(0).dup('c');
    INDArray k = inputs.get(1).dup('c');
    INDArray v = inputs.get(2).dup('c');
    long examples = q.size(0);
    INDArray weights = Nd4j.createUninitialized(q.dataType(), examples, q.size(2), k.size(2));
    for (long n = 0; n < examples; n++) {
      q.slice(n).transpose().mmuli(k.slice(n), weights.slice(n));
    }
    weights.muli(1 / Math.sqrt((double) q.size(1)));
    INDArray rows = weights.reshape('c', examples * q.size(2), k.size(2));
    Transforms.softmax(rows, false);
    INDArray output = Nd4j.createUninitialized(q.dataType(), examples, v.size(1), q.size(2));
    for (long n = 0; n < examples; n++) {
      output.slice(n).assign(v.slice(n).mmul(weights.slice(n).transpose()));
    }
    return new Value(output, gradient -> back(q, k, v, weights, gradient));
  }

  private static List<INDArray> back(
      INDArray q, INDArray k, INDArray v, INDArray weights, INDArray gradient) {
    INDArray ofQ = q.ulike();
    INDArray ofK = k.ulike();
    INDArray ofV = v.ulike();
    double scale = 1 / Math.sqrt((double) q.size(1));
    for (long n = 0; n < q.size(0); n++) {
      INDArray w = weights.slice(n);
      INDArray g = gradient.slice(n);
      ofV.slice(n).assign(g.mmul(w));
      INDArray ofScores = g.transpose().mmul(v.slice(n)).muli(w);
      ofScores.subi(w.mulColumnVector(ofScores.sum(true, 1))).muli(scale);
      ofQ.slice(n).assign(k.slice(n).mmul(ofScores.transpose()));
      ofK.slice(n).assign(q.slice(n).mmul(ofScores));
    }
    return List.of(ofQ, ofK, ofV);
  }
}
