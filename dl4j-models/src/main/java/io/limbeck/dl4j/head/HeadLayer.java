package io.limbeck.dl4j.head;

import java.util.List;
import org.deeplearning4j.nn.api.layers.IOutputLayer;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.layers.AbstractLayer;
import org.deeplearning4j.nn.workspace.ArrayType;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.api.DataSet;
import org.nd4j.linalg.dataset.api.iterator.DataSetIterator;

/**
 * An output layer without labels and without a score of its own, where a gradient enters
 * back-propagation.
 *
 * @param <C> its configuration
 */
abstract class HeadLayer<C extends Layer> extends AbstractLayer<C> implements IOutputLayer {
  private static final long serialVersionUID = 1L;

  private transient INDArray injected;

  HeadLayer(NeuralNetConfiguration conf, DataType dataType) {
    super(conf, dataType);
  }

  /**
   * Sets the gradient that the next backward pass starts from here.
   *
   * @param gradient of the sum of the examples' losses, in the shape of what is learnt here
   */
  public void inject(INDArray gradient) {
    injected = gradient;
  }

  /** The gradient for this backward pass; null for none. Taken once. */
  public INDArray takeInjected() {
    INDArray gradient = injected;
    injected = null;
    return gradient;
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
