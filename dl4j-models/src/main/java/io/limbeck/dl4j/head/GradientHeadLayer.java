package io.limbeck.dl4j.head;

import java.util.List;
import org.deeplearning4j.nn.api.layers.IOutputLayer;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.gradient.DefaultGradient;
import org.deeplearning4j.nn.gradient.Gradient;
import org.deeplearning4j.nn.layers.AbstractLayer;
import org.deeplearning4j.nn.workspace.ArrayType;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.nd4j.common.primitives.Pair;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.api.DataSet;
import org.nd4j.linalg.dataset.api.iterator.DataSetIterator;

/** What a {@link GradientHead} becomes in a network. */
public final class GradientHeadLayer extends AbstractLayer<GradientHead> implements IOutputLayer {
  private static final long serialVersionUID = 1L;

  private transient INDArray injected;

  GradientHeadLayer(NeuralNetConfiguration conf, DataType dataType) {
    super(conf, dataType);
  }

  /**
   * Sets the gradient that the next backward pass starts from here.
   *
   * @param gradient in the shape of the vertex' output, of the sum of the examples' losses; null
   *     for none
   */
  public void inject(INDArray gradient) {
    injected = gradient;
  }

  @Override
  public Pair<Gradient, INDArray> backpropGradient(
      INDArray epsilon, LayerWorkspaceMgr workspaceMgr) {
    if (injected == null) {
      throw new IllegalStateException(
          "No gradient was injected into head '" + layerConf().getLayerName() + "'");
    }
    INDArray gradient = workspaceMgr.leverageTo(ArrayType.ACTIVATION_GRAD, injected);
    injected = null;
    return new Pair<>(new DefaultGradient(), gradient);
  }

  @Override
  public INDArray activate(boolean training, LayerWorkspaceMgr workspaceMgr) {
    return workspaceMgr.leverageTo(ArrayType.ACTIVATIONS, input);
  }

  @Override
  public boolean needsLabels() {
    return false;
  }

  @Override
  public void setLabels(INDArray labels) {
    // Takes none.
  }

  @Override
  public INDArray getLabels() {
    return null;
  }

  /** The losses are the distiller's; here only the network's regularisation passes through. */
  @Override
  public double computeScore(
      double fullNetworkRegScore, boolean training, LayerWorkspaceMgr workspaceMgr) {
    return fullNetworkRegScore;
  }

  @Override
  public INDArray computeScoreForExamples(
      double fullNetworkRegScore, LayerWorkspaceMgr workspaceMgr) {
    throw noClassifier();
  }

  @Override
  public boolean isPretrainLayer() {
    return false;
  }

  @Override
  public void clearNoiseWeightParams() {
    // No weights.
  }

  @Override
  public double f1Score(DataSet data) {
    throw noClassifier();
  }

  @Override
  public double f1Score(INDArray examples, INDArray labels) {
    throw noClassifier();
  }

  @Override
  @Deprecated
  public int numLabels() {
    return 0;
  }

  @Override
  public void fit(DataSetIterator iter) {
    throw noClassifier();
  }

  @Override
  public int[] predict(INDArray examples) {
    throw noClassifier();
  }

  @Override
  public List<String> predict(DataSet dataSet) {
    throw noClassifier();
  }

  @Override
  public void fit(INDArray examples, INDArray labels) {
    throw noClassifier();
  }

  @Override
  public void fit(DataSet data) {
    throw noClassifier();
  }

  @Override
  public void fit(INDArray examples, int[] labels) {
    throw noClassifier();
  }

  private static UnsupportedOperationException noClassifier() {
    return new UnsupportedOperationException(
        "A gradient head has no labels and classifies nothing");
  }
}
