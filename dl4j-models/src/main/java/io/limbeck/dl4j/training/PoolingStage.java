package io.limbeck.dl4j.training;

import io.limbeck.dl4j.onednn.ConvolutionShape;
import io.limbeck.dl4j.onednn.OneDnn;
import org.bytedeco.dnnl.global.dnnl;
import org.bytedeco.dnnl.memory;
import org.bytedeco.dnnl.pooling_backward;
import org.bytedeco.dnnl.pooling_forward;
import org.bytedeco.dnnl.primitive;

/** A pooling: the largest, or the mean. */
final class PoolingStage implements Stage {
  private final ConvolutionShape shape;
  private final boolean largest;
  private final Tensor input;
  private final Tensor output;
  private final memory.desc pooled;
  private final pooling_forward.primitive_desc description;
  private final memory places;

  /**
   * A pooling.
   *
   * @param shape its windows
   * @param largest whether it takes the largest value; the mean otherwise
   * @param input read
   * @param output written
   * @param pooled the output's layout as maps, also where it is a row
   */
  PoolingStage(
      ConvolutionShape shape, boolean largest, Tensor input, Tensor output, memory.desc pooled) {
    this.shape = shape;
    this.largest = largest;
    this.input = input;
    this.output = output;
    this.pooled = pooled;
    this.description =
        new pooling_forward.primitive_desc(
            new pooling_forward.desc(
                dnnl.prop_kind.forward_training,
                algorithm(),
                input.layout(),
                pooled,
                shape.stride().array(),
                shape.kernel().array(),
                shape.padding().array(),
                shape.end()),
            OneDnn.cpu());
    this.places = largest ? new memory(description.workspace_desc(), OneDnn.cpu()) : null;
  }

  private dnnl.algorithm algorithm() {
    return largest ? dnnl.algorithm.pooling_max : dnnl.algorithm.pooling_avg_exclude_padding;
  }

  @Override
  public void forward(Work work) {
    output.put(work.buffer(output.bytes()));
    call(
        work,
        new pooling_forward(description),
        new Operands()
            .with(dnnl.DNNL_ARG_SRC, input.values())
            .with(dnnl.DNNL_ARG_DST, output.share().as(pooled)));
  }

  private void call(Work work, primitive pooling, Operands operands) {
    if (largest) {
      operands.with(dnnl.DNNL_ARG_WORKSPACE, places);
    }
    work.call(pooling, operands);
  }

  @Override
  public void backward(Work work) {
    Share gradient = output.takeGradient();
    if (input.wantsGradient()) {
      Share contribution = work.contribution(input);
      pooling_backward.primitive_desc backward =
          new pooling_backward.primitive_desc(
              new pooling_backward.desc(
                  algorithm(),
                  input.layout(),
                  pooled,
                  shape.stride().array(),
                  shape.kernel().array(),
                  shape.padding().array(),
                  shape.end()),
              OneDnn.cpu(),
              description);
      call(
          work,
          new pooling_backward(backward),
          new Operands()
              .with(dnnl.DNNL_ARG_DIFF_DST, gradient.as(pooled))
              .with(dnnl.DNNL_ARG_DIFF_SRC, contribution.as(input.layout())));
      work.contribute(input, contribution);
    }
    gradient.release();
  }
}
