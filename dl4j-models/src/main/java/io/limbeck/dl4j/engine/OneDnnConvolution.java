package io.limbeck.dl4j.engine;

import io.limbeck.core.math.Contiguous;
import io.limbeck.dl4j.onednn.Convolution;
import io.limbeck.dl4j.onednn.ConvolutionShape;
import io.limbeck.dl4j.onednn.ConvolutionShape.Pair;
import io.limbeck.dl4j.onednn.ConvolutionShape.Plane;
import io.limbeck.dl4j.onednn.OneDnn;
import java.util.LinkedHashMap;
import java.util.Map;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.ConvolutionMode;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.gradient.DefaultGradient;
import org.deeplearning4j.nn.gradient.Gradient;
import org.deeplearning4j.nn.layers.mkldnn.MKLDNNConvHelper;
import org.deeplearning4j.nn.params.ConvolutionParamInitializer;
import org.deeplearning4j.nn.workspace.ArrayType;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.deeplearning4j.util.ConvolutionUtils;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A convolution on oneDNN's primitives, without libnd4j between, whose {@code conv2d_bp} takes up
 * to ten times as long. It remembers its output from the forward to the backward pass: the layer
 * asks for it again there, and would have it computed a second time. What is not {@code [batch,
 * channels, height, width]}, and everything where the library is not there, is left to DL4J's own
 * helper.
 */
final class OneDnnConvolution extends MKLDNNConvHelper {
  private static final int SHAPES_KEPT = 3;

  /**
   * An activation other than the identity overwrites the output, which then is no use to the
   * backward pass.
   */
  private final boolean outputStays;

  /** Nobody asks for the gradient with respect to the network's input. */
  private final boolean ofNetworkInput;

  private final Map<ConvolutionShape, Convolution> convolutions =
      new LinkedHashMap<>(8, 0.75f, true);
  private boolean backward;
  private INDArray lastInput;
  private INDArray lastOutput;

  OneDnnConvolution(boolean outputStays, boolean ofNetworkInput) {
    super(DataType.FLOAT);
    this.outputStays = outputStays;
    this.ofNetworkInput = ofNetworkInput;
  }

  /** The next request for the last input's output is the backward pass'. */
  void beginBackward() {
    backward = outputStays;
  }

  @Override
  public boolean checkSupported() {
    return true;
  }

  @Override
  public INDArray preOutput(
      INDArray input,
      INDArray weights,
      INDArray bias,
      int[] kernel,
      int[] strides,
      int[] pad,
      ConvolutionLayer.AlgoMode mode,
      ConvolutionLayer.FwdAlgo fwdAlgo,
      ConvolutionMode convolutionMode,
      int[] dilation,
      CNN2DFormat format,
      LayerWorkspaceMgr workspaceMgr) {
    if (backward && lastInput == input) {
      INDArray output = lastOutput;
      forget();
      return output;
    }
    INDArray output;
    if (isOurs(input, weights, format)) {
      // The layer has worked out the padding of every mode by now.
      int[] size =
          ConvolutionUtils.getOutputSize(
              input,
              kernel,
              strides,
              convolutionMode == ConvolutionMode.Same ? null : pad,
              convolutionMode,
              dilation,
              format);
      ConvolutionShape shape = shape(input, weights, size, strides, pad, dilation);
      output =
          workspaceMgr.createUninitialized(
              ArrayType.ACTIVATIONS,
              DataType.FLOAT,
              input.size(0),
              weights.size(0),
              size[0],
              size[1]);
      of(shape).forward(input, weights, bias, output);
    } else {
      output =
          super.preOutput(
              input,
              weights,
              bias,
              kernel,
              strides,
              pad,
              mode,
              fwdAlgo,
              convolutionMode,
              dilation,
              format,
              workspaceMgr);
    }
    backward = false;
    lastInput = outputStays ? input : null;
    lastOutput = outputStays ? output : null;
    return output;
  }

  @Override
  public org.nd4j.common.primitives.Pair<Gradient, INDArray> backpropGradient(
      INDArray input,
      INDArray weights,
      INDArray bias,
      INDArray delta,
      int[] kernel,
      int[] strides,
      int[] pad,
      INDArray biasGradView,
      INDArray weightGradView,
      IActivation afn,
      ConvolutionLayer.AlgoMode mode,
      ConvolutionLayer.BwdFilterAlgo bwdFilterAlgo,
      ConvolutionLayer.BwdDataAlgo bwdDataAlgo,
      ConvolutionMode convolutionMode,
      int[] dilation,
      CNN2DFormat format,
      LayerWorkspaceMgr workspaceMgr) {
    if (!isOurs(input, weights, format) || !Contiguous.is(weightGradView)) {
      return super.backpropGradient(
          input,
          weights,
          bias,
          delta,
          kernel,
          strides,
          pad,
          biasGradView,
          weightGradView,
          afn,
          mode,
          bwdFilterAlgo,
          bwdDataAlgo,
          convolutionMode,
          dilation,
          format,
          workspaceMgr);
    }
    int[] size = {(int) delta.size(2), (int) delta.size(3)};
    Convolution convolution = of(shape(input, weights, size, strides, pad, dilation));
    INDArray inputGradient =
        ofNetworkInput
            ? workspaceMgr.create(ArrayType.ACTIVATION_GRAD, DataType.FLOAT, input.shape())
            : workspaceMgr.createUninitialized(
                ArrayType.ACTIVATION_GRAD, DataType.FLOAT, input.shape());
    convolution.backward(
        input,
        weights,
        delta,
        new Convolution.Gradients(
            ofNetworkInput ? null : inputGradient, weightGradView, biasGradView));
    Gradient gradient = new DefaultGradient();
    if (biasGradView != null) {
      gradient.setGradientFor(ConvolutionParamInitializer.BIAS_KEY, biasGradView);
    }
    gradient.setGradientFor(ConvolutionParamInitializer.WEIGHT_KEY, weightGradView, 'c');
    return new org.nd4j.common.primitives.Pair<>(gradient, inputGradient);
  }

  private static boolean isOurs(INDArray input, INDArray weights, CNN2DFormat format) {
    return OneDnn.isAvailable()
        && format == CNN2DFormat.NCHW
        && input.dataType() == DataType.FLOAT
        && weights.dataType() == DataType.FLOAT;
  }

  private static ConvolutionShape shape(
      INDArray input, INDArray weights, int[] size, int[] strides, int[] pad, int[] dilation) {
    return new ConvolutionShape(
        input.size(0),
        new Plane(input.size(1), input.size(2), input.size(3)),
        new Plane(weights.size(0), size[0], size[1]),
        new Pair(weights.size(2), weights.size(3)),
        new Pair(strides[0], strides[1]),
        new Pair(pad[0], pad[1]),
        new Pair(dilation[0], dilation[1]));
  }

  /** An epoch's last mini-batch may be smaller, evaluation's are larger. */
  private Convolution of(ConvolutionShape shape) {
    Convolution convolution = convolutions.computeIfAbsent(shape, Convolution::new);
    if (convolutions.size() > SHAPES_KEPT) {
      convolutions.remove(convolutions.keySet().iterator().next());
    }
    return convolution;
  }

  private void forget() {
    backward = false;
    lastInput = null;
    lastOutput = null;
  }
}
