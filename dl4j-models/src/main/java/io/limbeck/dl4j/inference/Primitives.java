package io.limbeck.dl4j.inference;

import io.limbeck.dl4j.fusion.Operation.Add;
import io.limbeck.dl4j.fusion.Operation.Convolve;
import io.limbeck.dl4j.fusion.Operation.Normalize;
import io.limbeck.dl4j.fusion.Operation.Pool;
import io.limbeck.dl4j.fusion.Operation.Product;
import io.limbeck.dl4j.fusion.Windows;
import io.limbeck.dl4j.inference.Program.Call;
import io.limbeck.dl4j.onednn.ConvolutionShape;
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
    ConvolutionShape shape = Windows.of(operation, dims(input), dims(output));
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
    ConvolutionShape shape = Windows.of(operation, dims(input), dims(output));
    pooling_forward.primitive_desc description =
        new pooling_forward.primitive_desc(
            new pooling_forward.desc(
                dnnl.prop_kind.forward_inference,
                Windows.takesLargest(operation)
                    ? dnnl.algorithm.pooling_max
                    : dnnl.algorithm.pooling_avg_exclude_padding,
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
