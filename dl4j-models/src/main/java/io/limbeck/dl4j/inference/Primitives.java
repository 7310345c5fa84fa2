package io.limbeck.dl4j.inference;

import io.limbeck.dl4j.inference.Operation.Add;
import io.limbeck.dl4j.inference.Operation.Convolve;
import io.limbeck.dl4j.inference.Operation.Normalize;
import io.limbeck.dl4j.inference.Operation.Pool;
import io.limbeck.dl4j.inference.Operation.Product;
import io.limbeck.dl4j.inference.Program.Call;
import io.limbeck.dl4j.onednn.ConvolutionShape;
import io.limbeck.dl4j.onednn.ConvolutionShape.Pair;
import io.limbeck.dl4j.onednn.ConvolutionShape.Plane;
import io.limbeck.dl4j.onednn.OneDnn;
import java.util.function.Supplier;
import org.bytedeco.dnnl.IntMemoryMap;
import org.bytedeco.dnnl.batch_normalization_forward;
import org.bytedeco.dnnl.binary;
import org.bytedeco.dnnl.convolution_forward;
import org.bytedeco.dnnl.dnnl_memory_desc_t;
import org.bytedeco.dnnl.eltwise_forward;
import org.bytedeco.dnnl.global.dnnl;
import org.bytedeco.dnnl.inner_product_forward;
import org.bytedeco.dnnl.memory;
import org.bytedeco.dnnl.memory.format_tag;
import org.bytedeco.dnnl.pooling_forward;
import org.bytedeco.dnnl.post_ops;
import org.bytedeco.dnnl.primitive;
import org.bytedeco.dnnl.primitive_attr;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.conf.ConvolutionMode;
import org.deeplearning4j.nn.conf.layers.PoolingType;
import org.deeplearning4j.nn.conf.layers.SubsamplingLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.params.DefaultParamInitializer;

/**
 * Operations as oneDNN's primitives.
 *
 * @param network with the parameters
 * @param weights that operations share
 */
record Primitives(ComputationGraph network, Weights weights) {

  /** A convolution; with an addend, that is what the output holds before. */
  Call convolution(Convolve operation, memory input, memory output) {
    ConvolutionShape shape = shape(operation, dims(input), dims(output));
    Layer layer = network.getLayer(operation.layer());
    Supplier<Folding> folding =
        () ->
            operation.normalization() == null
                ? Folding.none((int) shape.out().channels())
                : Folding.of(network, operation.normalization());
    memory.desc bias = OneDnn.floats(format_tag.x, shape.out().channels());
    convolution_forward.primitive_desc description =
        new convolution_forward.primitive_desc(
            new convolution_forward.desc(
                dnnl.prop_kind.forward_inference,
                dnnl.algorithm.convolution_direct,
                input.get_desc(),
                OneDnn.floats(format_tag.any, shape.weights()),
                bias,
                output.get_desc(),
                shape.stride().array(),
                shape.gaps(),
                shape.padding().array(),
                shape.end()),
            attributes(operation.addend() != null, operation.relu()),
            OneDnn.cpu());
    memory kernel =
        weights.get(
            operation.layer() + "/weights",
            () -> folding.get().weights(layer),
            OneDnn.floats(format_tag.oihw, shape.weights()),
            description.weights_desc());
    memory shift =
        weights.get(operation.layer() + "/bias", () -> folding.get().bias(layer), bias, bias);
    return call(
        new convolution_forward(description),
        dnnl.DNNL_ARG_SRC,
        input,
        dnnl.DNNL_ARG_WEIGHTS,
        kernel,
        dnnl.DNNL_ARG_BIAS,
        shift,
        dnnl.DNNL_ARG_DST,
        output);
  }

  private static ConvolutionShape shape(Convolve operation, long[] in, long[] out) {
    int[] kernel = operation.conf().getKernelSize();
    int[] stride = operation.conf().getStride();
    int[] dilation = operation.conf().getDilation();
    Pair dilated = new Pair(dilation[0], dilation[1]);
    boolean same = operation.conf().getConvolutionMode() == ConvolutionMode.Same;
    int[] padding = operation.conf().getPadding();
    return new ConvolutionShape(
        in[0],
        new Plane(in[1], in[2], in[3]),
        new Plane(out[1], out[2], out[3]),
        new Pair(kernel[0], kernel[1]),
        new Pair(stride[0], stride[1]),
        same ? before(in, out, kernel, stride, dilation) : new Pair(padding[0], padding[1]),
        dilated);
  }

  /** DL4J's "same" padding: what is odd comes behind. */
  private static Pair before(long[] in, long[] out, int[] kernel, int[] stride, int[] dilation) {
    long[] both = new long[2];
    for (int i = 0; i < 2; i++) {
      long reach = (out[i + 2] - 1) * stride[i] + (kernel[i] - 1L) * dilation[i] + 1;
      both[i] = (reach - in[i + 2]) / 2;
    }
    return new Pair(both[0], both[1]);
  }

  /** A matrix product. */
  Call product(Product operation, memory input, memory output) {
    long in = dims(input)[1];
    long out = dims(output)[1];
    Layer layer = network.getLayer(operation.layer());
    memory.desc bias = OneDnn.floats(format_tag.x, out);
    inner_product_forward.primitive_desc description =
        new inner_product_forward.primitive_desc(
            new inner_product_forward.desc(
                dnnl.prop_kind.forward_inference,
                input.get_desc(),
                OneDnn.floats(format_tag.any, out, in),
                bias,
                output.get_desc()),
            attributes(false, operation.relu()),
            OneDnn.cpu());
    memory factors =
        weights.get(
            operation.layer() + "/weights",
            () -> Folding.values(layer, DefaultParamInitializer.WEIGHT_KEY),
            OneDnn.floats(format_tag.io, out, in),
            description.weights_desc());
    memory shift =
        weights.get(
            operation.layer() + "/bias", () -> Folding.none((int) out).bias(layer), bias, bias);
    return call(
        new inner_product_forward(description),
        dnnl.DNNL_ARG_SRC,
        input,
        dnnl.DNNL_ARG_WEIGHTS,
        factors,
        dnnl.DNNL_ARG_BIAS,
        shift,
        dnnl.DNNL_ARG_DST,
        output);
  }

  /** A BatchNorm: factor and shift of each channel, with a mean of 0 and a variance of 1. */
  Call normalization(Normalize operation, memory input, memory output) {
    long channels = dims(input)[1];
    int flags =
        dnnl.normalization_flags.use_global_stats.value
            | dnnl.normalization_flags.use_scale_shift.value
            | (operation.relu() ? dnnl.normalization_flags.fuse_norm_relu.value : 0);
    batch_normalization_forward.primitive_desc description =
        new batch_normalization_forward.primitive_desc(
            new batch_normalization_forward.desc(
                dnnl.prop_kind.forward_inference.value, input.get_desc(), 0, flags),
            OneDnn.cpu());
    memory.desc each = OneDnn.floats(format_tag.x, channels);
    memory.desc both = OneDnn.floats(format_tag.nc, 2, channels);
    String key = operation.layer();
    memory scaleShift =
        weights.get(key + "/both", () -> Folding.of(network, key).scaleShift(), both, both);
    memory zeros = weights.get(key + "/zeros", () -> new float[(int) channels], each, each);
    memory ones = weights.get(key + "/ones", () -> Folding.ones((int) channels), each, each);
    return call(
        new batch_normalization_forward(description),
        dnnl.DNNL_ARG_SRC,
        input,
        dnnl.DNNL_ARG_MEAN,
        zeros,
        dnnl.DNNL_ARG_VARIANCE,
        ones,
        dnnl.DNNL_ARG_SCALE_SHIFT,
        scaleShift,
        dnnl.DNNL_ARG_DST,
        output);
  }

  /** A sum. */
  Call sum(Add operation, memory left, memory right, memory output) {
    binary.primitive_desc description =
        new binary.primitive_desc(
            new binary.desc(
                dnnl.algorithm.binary_add, left.get_desc(), right.get_desc(), output.get_desc()),
            attributes(false, operation.relu()),
            OneDnn.cpu());
    return call(
        new binary(description),
        dnnl.DNNL_ARG_SRC_0,
        left,
        dnnl.DNNL_ARG_SRC_1,
        right,
        dnnl.DNNL_ARG_DST,
        output);
  }

  /** A ReLU. */
  Call relu(memory input, memory output) {
    eltwise_forward.primitive_desc description =
        new eltwise_forward.primitive_desc(
            new eltwise_forward.desc(
                dnnl.prop_kind.forward_inference,
                dnnl.algorithm.eltwise_relu,
                input.get_desc(),
                0,
                0),
            OneDnn.cpu());
    return call(
        new eltwise_forward(description), dnnl.DNNL_ARG_SRC, input, dnnl.DNNL_ARG_DST, output);
  }

  /** A pooling. */
  Call pooling(Pool operation, memory input, memory output) {
    long[] in = dims(input);
    long[] out = dims(output);
    SubsamplingLayer conf = operation.conf();
    int[] kernel = conf == null ? new int[] {(int) in[2], (int) in[3]} : conf.getKernelSize();
    int[] stride = conf == null ? kernel : conf.getStride();
    int[] none = {1, 1};
    Pair padding =
        conf == null
            ? new Pair(0, 0)
            : conf.getConvolutionMode() == ConvolutionMode.Same
                ? before(in, out, kernel, stride, none)
                : new Pair(conf.getPadding()[0], conf.getPadding()[1]);
    ConvolutionShape shape =
        new ConvolutionShape(
            in[0],
            new Plane(in[1], in[2], in[3]),
            new Plane(out[1], out[2], out[3]),
            new Pair(kernel[0], kernel[1]),
            new Pair(stride[0], stride[1]),
            padding,
            new Pair(1, 1));
    boolean largest = conf != null && conf.getPoolingType() == PoolingType.MAX;
    pooling_forward.primitive_desc description =
        new pooling_forward.primitive_desc(
            new pooling_forward.desc(
                dnnl.prop_kind.forward_inference,
                largest ? dnnl.algorithm.pooling_max : dnnl.algorithm.pooling_avg_exclude_padding,
                input.get_desc(),
                output.get_desc(),
                shape.stride().array(),
                shape.kernel().array(),
                shape.padding().array(),
                shape.end()),
            OneDnn.cpu());
    return call(
        new pooling_forward(description), dnnl.DNNL_ARG_SRC, input, dnnl.DNNL_ARG_DST, output);
  }

  private static primitive_attr attributes(boolean sum, boolean relu) {
    post_ops after = new post_ops();
    if (sum) {
      after.append_sum(1, memory.data_type.undef);
    }
    if (relu) {
      after.append_eltwise(1, dnnl.algorithm.eltwise_relu, 0, 0);
    }
    primitive_attr attributes = new primitive_attr();
    attributes.set_post_ops(after);
    return attributes;
  }

  private static long[] dims(memory of) {
    dnnl_memory_desc_t layout = of.get_desc().data();
    long[] dims = new long[layout.ndims()];
    layout.dims().get(dims);
    return dims;
  }

  private static Call call(primitive work, Object... arguments) {
    IntMemoryMap map = new IntMemoryMap();
    for (int i = 0; i < arguments.length; i += 2) {
      map.put((Integer) arguments[i], (memory) arguments[i + 1]);
    }
    return new Call(work, map);
  }
}
