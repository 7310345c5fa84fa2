package io.limbeck.dl4j.training;

import io.limbeck.dl4j.onednn.ConvolutionShape;
import io.limbeck.dl4j.onednn.OneDnn;
import org.bytedeco.dnnl.convolution_backward_data;
import org.bytedeco.dnnl.convolution_backward_weights;
import org.bytedeco.dnnl.convolution_forward;
import org.bytedeco.dnnl.global.dnnl;
import org.bytedeco.dnnl.memory;
import org.bytedeco.dnnl.memory.format_tag;
import org.deeplearning4j.nn.params.ConvolutionParamInitializer;

/** A convolution, and a ReLU. */
final class ConvolutionStage implements Stage {
  private static final String WEIGHTS = ConvolutionParamInitializer.WEIGHT_KEY;
  private static final String BIAS = ConvolutionParamInitializer.BIAS_KEY;

  private final ConvolutionShape shape;
  private final Parameters parameters;
  private final Tensor input;
  private final Tensor output;
  private final boolean relu;
  private final memory.desc plainWeights;
  private final memory.desc bias;
  private final convolution_forward.primitive_desc description;

  /**
   * A convolution.
   *
   * @param shape its sizes
   * @param parameters of the layer
   * @param input read
   * @param output written
   * @param relu whether negative values become zero
   */
  ConvolutionStage(
      ConvolutionShape shape, Parameters parameters, Tensor input, Tensor output, boolean relu) {
    this.shape = shape;
    this.parameters = parameters;
    this.input = input;
    this.output = output;
    this.relu = relu;
    this.plainWeights = OneDnn.floats(format_tag.oihw, shape.weights());
    this.bias =
        parameters.has(BIAS)
            ? OneDnn.floats(format_tag.x, shape.out().channels())
            : new memory.desc();
    this.description =
        new convolution_forward.primitive_desc(
            new convolution_forward.desc(
                dnnl.prop_kind.forward_training,
                dnnl.algorithm.convolution_direct,
                input.layout(),
                OneDnn.floats(format_tag.any, shape.weights()),
                bias,
                output.layout(),
                shape.stride().array(),
                shape.gaps(),
                shape.padding().array(),
                shape.end()),
            Rectifier.behind(relu),
            OneDnn.cpu());
  }

  @Override
  public void forward(Work work) {
    output.put(work.buffer(output.bytes()));
    memory weights = work.as(description.weights_desc(), parameters.value(WEIGHTS, plainWeights));
    Operands operands =
        new Operands()
            .with(dnnl.DNNL_ARG_SRC, input.values())
            .with(dnnl.DNNL_ARG_WEIGHTS, weights)
            .with(dnnl.DNNL_ARG_DST, output.values());
    if (parameters.has(BIAS)) {
      operands.with(dnnl.DNNL_ARG_BIAS, parameters.value(BIAS, bias));
    }
    work.call(new convolution_forward(description), operands);
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
    convolution_backward_weights.primitive_desc backward =
        new convolution_backward_weights.primitive_desc(
            new convolution_backward_weights.desc(
                dnnl.algorithm.convolution_direct,
                input.layout(),
                OneDnn.floats(format_tag.any, shape.weights()),
                bias,
                output.layout(),
                shape.stride().array(),
                shape.gaps(),
                shape.padding().array(),
                shape.end()),
            OneDnn.cpu(),
            description);
    memory plain = parameters.gradient(WEIGHTS, plainWeights);
    memory.desc wanted = backward.diff_weights_desc();
    boolean inPlace = wanted.equals(plainWeights);
    memory weights = inPlace ? plain : new memory(wanted, OneDnn.cpu());
    Operands operands =
        new Operands()
            .with(dnnl.DNNL_ARG_SRC, input.values())
            .with(dnnl.DNNL_ARG_DIFF_DST, delta)
            .with(dnnl.DNNL_ARG_DIFF_WEIGHTS, weights);
    if (parameters.has(BIAS)) {
      operands.with(dnnl.DNNL_ARG_DIFF_BIAS, parameters.gradient(BIAS, bias));
    }
    work.call(new convolution_backward_weights(backward), operands);
    if (!inPlace) {
      work.move(weights, plain);
    }
  }

  private void toInput(Work work, memory delta) {
    convolution_backward_data.primitive_desc backward =
        new convolution_backward_data.primitive_desc(
            new convolution_backward_data.desc(
                dnnl.algorithm.convolution_direct,
                input.layout(),
                OneDnn.floats(format_tag.any, shape.weights()),
                output.layout(),
                shape.stride().array(),
                shape.gaps(),
                shape.padding().array(),
                shape.end()),
            OneDnn.cpu(),
            description);
    Share contribution = work.contribution(input);
    work.call(
        new convolution_backward_data(backward),
        new Operands()
            .with(dnnl.DNNL_ARG_DIFF_DST, delta)
            .with(
                dnnl.DNNL_ARG_WEIGHTS,
                work.as(backward.weights_desc(), parameters.value(WEIGHTS, plainWeights)))
            .with(dnnl.DNNL_ARG_DIFF_SRC, contribution.as(input.layout())));
    work.contribute(input, contribution);
  }
}
