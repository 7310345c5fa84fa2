package io.limbeck.dl4j.onednn;

import io.limbeck.core.math.Contiguous;
import io.limbeck.dl4j.onednn.Scratch.Slot;
import org.bytedeco.dnnl.IntMemoryMap;
import org.bytedeco.dnnl.convolution_backward_data;
import org.bytedeco.dnnl.convolution_backward_weights;
import org.bytedeco.dnnl.convolution_forward;
import org.bytedeco.dnnl.global.dnnl;
import org.bytedeco.dnnl.memory;
import org.bytedeco.dnnl.memory.format_tag;
import org.bytedeco.dnnl.primitive;
import org.bytedeco.dnnl.stream;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A two-dimensional convolution of one shape, forward and backward: input {@code [batch, in,
 * height, width]}, weights {@code [out, in, kernel height, kernel width]}, bias {@code [1, out]}.
 * oneDNN chooses layouts that its fastest code works on, and what is needed of the operands is
 * brought there and back. For one thread at a time.
 */
public final class Convolution {
  private static final memory.desc NONE = new memory.desc();

  private final stream queue = OneDnn.stream();
  private final ConvolutionShape shape;
  private final memory.desc plainInput;
  private final memory.desc plainWeights;
  private final memory.desc plainOutput;
  private final memory.desc plainBias;
  private final convolution_forward.primitive_desc description;
  private final Forward forward;
  private ToWeights toWeights;
  private ToInput toInput;

  /**
   * A convolution.
   *
   * @param shape its sizes
   */
  public Convolution(ConvolutionShape shape) {
    this.shape = shape;
    this.plainInput = OneDnn.floats(format_tag.nchw, shape.input());
    this.plainWeights = OneDnn.floats(format_tag.oihw, shape.weights());
    this.plainOutput = OneDnn.floats(format_tag.nchw, shape.output());
    this.plainBias = OneDnn.floats(format_tag.x, shape.out().channels());
    this.description =
        new convolution_forward.primitive_desc(
            new convolution_forward.desc(
                dnnl.prop_kind.forward_training,
                dnnl.algorithm.convolution_direct,
                any(shape.input()),
                any(shape.weights()),
                plainBias,
                any(shape.output()),
                shape.stride().array(),
                shape.gaps(),
                shape.padding().array(),
                shape.end()),
            OneDnn.cpu());
    this.forward = new Forward();
  }

  private static memory.desc any(long... dimensions) {
    return OneDnn.floats(format_tag.any, dimensions);
  }

  /**
   * Convolves.
   *
   * @param input in any order of its elements
   * @param weights likewise
   * @param bias likewise
   * @param output written to; in C order
   */
  public void forward(INDArray input, INDArray weights, INDArray bias, INDArray output) {
    forward.run(Contiguous.of(input), Contiguous.of(weights), Contiguous.of(bias), output);
  }

  /**
   * Where gradients are written to, in C order.
   *
   * @param input the input's; null where nobody asks for it
   * @param weights the weights'
   * @param bias the bias'; null where there is none, the same every time
   */
  public record Gradients(INDArray input, INDArray weights, INDArray bias) {}

  /**
   * Goes back.
   *
   * @param input in any order of its elements
   * @param weights likewise
   * @param delta the gradient with respect to the output, likewise
   * @param gradients written to
   */
  public void backward(INDArray input, INDArray weights, INDArray delta, Gradients gradients) {
    INDArray dense = Contiguous.of(delta);
    if (toWeights == null) {
      toWeights = new ToWeights(gradients.bias() != null);
    }
    toWeights.run(Contiguous.of(input), dense, gradients);
    if (gradients.input() != null) {
      if (toInput == null) {
        toInput = new ToInput();
      }
      toInput.run(dense, Contiguous.of(weights), gradients.input());
    }
  }

  private final class Forward {
    private final Port input =
        Port.in(dnnl.DNNL_ARG_SRC, plainInput, description.src_desc(), Slot.INPUT);
    private final Port weights =
        Port.in(dnnl.DNNL_ARG_WEIGHTS, plainWeights, description.weights_desc(), Slot.WEIGHTS);
    private final Port bias = Port.in(dnnl.DNNL_ARG_BIAS, plainBias, plainBias, null);
    private final Port output =
        Port.out(dnnl.DNNL_ARG_DST, plainOutput, description.dst_desc(), Slot.OUTPUT);
    private final primitive convolution = new convolution_forward(description);
    private final IntMemoryMap arguments = new IntMemoryMap();

    void run(INDArray from, INDArray weight, INDArray shift, INDArray to) {
      input.bind(from, arguments, queue);
      weights.bind(weight, arguments, queue);
      bias.bind(shift, arguments, queue);
      output.bind(to, arguments, queue);
      convolution.execute(queue, arguments);
      output.store(queue);
    }
  }

  private final class ToWeights {
    private final Port input;
    private final Port delta;
    private final Port weights;
    private final Port bias;
    private final primitive convolution;
    private final IntMemoryMap arguments = new IntMemoryMap();

    ToWeights(boolean hasBias) {
      convolution_backward_weights.primitive_desc backward =
          new convolution_backward_weights.primitive_desc(
              new convolution_backward_weights.desc(
                  dnnl.algorithm.convolution_direct,
                  any(shape.input()),
                  any(shape.weights()),
                  hasBias ? plainBias : NONE,
                  any(shape.output()),
                  shape.stride().array(),
                  shape.gaps(),
                  shape.padding().array(),
                  shape.end()),
              OneDnn.cpu(),
              description);
      input = Port.in(dnnl.DNNL_ARG_SRC, plainInput, backward.src_desc(), Slot.INPUT);
      delta = Port.in(dnnl.DNNL_ARG_DIFF_DST, plainOutput, backward.diff_dst_desc(), Slot.OUTPUT);
      weights =
          Port.out(
              dnnl.DNNL_ARG_DIFF_WEIGHTS, plainWeights, backward.diff_weights_desc(), Slot.WEIGHTS);
      bias = hasBias ? Port.out(dnnl.DNNL_ARG_DIFF_BIAS, plainBias, plainBias, null) : null;
      convolution = new convolution_backward_weights(backward);
    }

    void run(INDArray from, INDArray of, Gradients to) {
      input.bind(from, arguments, queue);
      delta.bind(of, arguments, queue);
      weights.bind(to.weights(), arguments, queue);
      if (bias != null) {
        bias.bind(to.bias(), arguments, queue);
      }
      convolution.execute(queue, arguments);
      weights.store(queue);
    }
  }

  /** It runs behind {@link ToWeights}, and takes what that has brought if both want it alike. */
  private final class ToInput {
    private final Port delta;
    private final Port weights;
    private final Port gradient;
    private final boolean brought;
    private final primitive convolution;
    private final IntMemoryMap arguments = new IntMemoryMap();

    ToInput() {
      convolution_backward_data.primitive_desc backward =
          new convolution_backward_data.primitive_desc(
              new convolution_backward_data.desc(
                  dnnl.algorithm.convolution_direct,
                  any(shape.input()),
                  any(shape.weights()),
                  any(shape.output()),
                  shape.stride().array(),
                  shape.gaps(),
                  shape.padding().array(),
                  shape.end()),
              OneDnn.cpu(),
              description);
      delta = Port.in(dnnl.DNNL_ARG_DIFF_DST, plainOutput, backward.diff_dst_desc(), Slot.OUTPUT);
      weights = Port.in(dnnl.DNNL_ARG_WEIGHTS, plainWeights, backward.weights_desc(), Slot.WEIGHTS);
      gradient =
          Port.out(dnnl.DNNL_ARG_DIFF_SRC, plainInput, backward.diff_src_desc(), Slot.GRADIENT);
      brought = toWeights.delta.serves(backward.diff_dst_desc());
      convolution = new convolution_backward_data(backward);
    }

    void run(INDArray of, INDArray weight, INDArray to) {
      if (brought) {
        delta.take(toWeights.delta, arguments);
      } else {
        delta.bind(of, arguments, queue);
      }
      weights.bind(weight, arguments, queue);
      gradient.bind(to, arguments, queue);
      convolution.execute(queue, arguments);
      gradient.store(queue);
    }
  }
}
