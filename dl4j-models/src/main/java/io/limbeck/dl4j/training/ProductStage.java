package io.limbeck.dl4j.training;

import io.limbeck.dl4j.onednn.OneDnn;
import org.bytedeco.dnnl.global.dnnl;
import org.bytedeco.dnnl.inner_product_backward_data;
import org.bytedeco.dnnl.inner_product_backward_weights;
import org.bytedeco.dnnl.inner_product_forward;
import org.bytedeco.dnnl.matmul;
import org.bytedeco.dnnl.memory;
import org.bytedeco.dnnl.memory.format_tag;
import org.deeplearning4j.nn.params.DefaultParamInitializer;

/** A fully connected layer, and a ReLU. */
final class ProductStage implements Stage {
  private static final String WEIGHTS = DefaultParamInitializer.WEIGHT_KEY;
  private static final String BIAS = DefaultParamInitializer.BIAS_KEY;

  private final Parameters parameters;
  private final Tensor input;
  private final Tensor output;
  private final boolean relu;

  /** DL4J has them column after column, which are an output's weights one after the other. */
  private final memory.desc weights;

  private final memory.desc bias;
  private final inner_product_forward.primitive_desc description;

  /**
   * A fully connected layer.
   *
   * @param parameters of the layer
   * @param input read
   * @param output written
   * @param relu whether negative values become zero
   */
  ProductStage(Parameters parameters, Tensor input, Tensor output, boolean relu) {
    this.parameters = parameters;
    this.input = input;
    this.output = output;
    this.relu = relu;
    long out = output.shape()[1];
    this.weights = OneDnn.floats(format_tag.oi, out, input.shape()[1]);
    this.bias = parameters.has(BIAS) ? OneDnn.floats(format_tag.x, out) : new memory.desc();
    this.description =
        new inner_product_forward.primitive_desc(
            new inner_product_forward.desc(
                dnnl.prop_kind.forward_training, input.layout(), weights, bias, output.layout()),
            OneDnn.cpu());
  }

  /** As a matrix product: a fully connected layer's primitive reads rows of weights slowly. */
  @Override
  public void forward(Work work) {
    output.put(work.buffer(output.bytes()));
    long in = input.shape()[1];
    long out = output.shape()[1];
    memory.desc columns = OneDnn.floats(format_tag.ba, in, out);
    memory.desc row =
        parameters.has(BIAS) ? OneDnn.floats(format_tag.ab, 1, out) : new memory.desc();
    Operands operands =
        new Operands()
            .with(dnnl.DNNL_ARG_SRC, input.values())
            .with(dnnl.DNNL_ARG_WEIGHTS, parameters.value(WEIGHTS, columns))
            .with(dnnl.DNNL_ARG_DST, output.values());
    if (parameters.has(BIAS)) {
      operands.with(dnnl.DNNL_ARG_BIAS, parameters.value(BIAS, row));
    }
    matmul.desc product = new matmul.desc(input.layout(), columns, row, output.layout());
    work.call(
        new matmul(new matmul.primitive_desc(product, Rectifier.behind(relu), OneDnn.cpu())),
        operands);
  }

  @Override
  public void backward(Work work) {
    Share gradient = output.takeGradient();
    if (relu) {
      gradient = Rectifier.backward(work, output, gradient);
    }
    memory delta = gradient.as(output.layout());
    toWeights(work, delta);
    if (input.wantsGradient()) {
      toInput(work, delta);
    }
    gradient.release();
  }

  private void toWeights(Work work, memory delta) {
    inner_product_backward_weights.primitive_desc backward =
        new inner_product_backward_weights.primitive_desc(
            new inner_product_backward_weights.desc(input.layout(), weights, bias, output.layout()),
            OneDnn.cpu(),
            description);
    Operands operands =
        new Operands()
            .with(dnnl.DNNL_ARG_SRC, input.values())
            .with(dnnl.DNNL_ARG_DIFF_DST, delta)
            .with(dnnl.DNNL_ARG_DIFF_WEIGHTS, parameters.gradient(WEIGHTS, weights));
    if (parameters.has(BIAS)) {
      operands.with(dnnl.DNNL_ARG_DIFF_BIAS, parameters.gradient(BIAS, bias));
    }
    work.call(new inner_product_backward_weights(backward), operands);
  }

  private void toInput(Work work, memory delta) {
    inner_product_backward_data.primitive_desc backward =
        new inner_product_backward_data.primitive_desc(
            new inner_product_backward_data.desc(input.layout(), weights, output.layout()),
            OneDnn.cpu(),
            description);
    Share contribution = work.contribution(input);
    work.call(
        new inner_product_backward_data(backward),
        new Operands()
            .with(dnnl.DNNL_ARG_DIFF_DST, delta)
            .with(dnnl.DNNL_ARG_WEIGHTS, parameters.value(WEIGHTS, weights))
            .with(dnnl.DNNL_ARG_DIFF_SRC, contribution.as(input.layout())));
    work.contribute(input, contribution);
  }
}
