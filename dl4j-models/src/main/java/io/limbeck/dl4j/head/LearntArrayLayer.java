package io.limbeck.dl4j.head;

import java.util.Map;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.gradient.DefaultGradient;
import org.deeplearning4j.nn.gradient.Gradient;
import org.deeplearning4j.nn.workspace.ArrayType;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.nd4j.common.primitives.Pair;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** What a {@link LearntArray} becomes in a network. */
public final class LearntArrayLayer extends HeadLayer<LearntArray> {
  private static final long serialVersionUID = 1L;

  private INDArray parameters;
  private Map<String, INDArray> table;
  private transient INDArray gradientView;

  LearntArrayLayer(NeuralNetConfiguration conf, DataType dataType) {
    super(conf, dataType);
  }

  /** The array, a view of the network's parameters. */
  public INDArray value() {
    return table.get(LearntArray.KEY);
  }

  @Override
  public Pair<Gradient, INDArray> backpropGradient(
      INDArray epsilon, LayerWorkspaceMgr workspaceMgr) {
    INDArray injected = takeInjected();
    INDArray own =
        layerConf()
            .initializer()
            .getGradientsFromFlattened(conf, gradientView)
            .get(LearntArray.KEY);
    if (injected == null) {
      own.assign(0);
    } else {
      own.assign(injected);
    }
    Gradient gradient = new DefaultGradient();
    gradient.setGradientFor(LearntArray.KEY, own);
    INDArray ofInput =
        workspaceMgr.create(
            ArrayType.ACTIVATION_GRAD, input.dataType(), input.shape(), input.ordering());
    return new Pair<>(gradient, ofInput);
  }

  @Override
  public INDArray params() {
    return parameters;
  }

  @Override
  public void setParamsViewArray(INDArray view) {
    parameters = view;
  }

  @Override
  public void setParams(INDArray values) {
    parameters.assign(values.reshape(parameters.shape()));
  }

  @Override
  public INDArray getParam(String name) {
    return table.get(name);
  }

  @Override
  public void setParam(String name, INDArray value) {
    table.get(name).assign(value);
  }

  @Override
  public Map<String, INDArray> paramTable() {
    return table;
  }

  @Override
  public Map<String, INDArray> paramTable(boolean backpropOnly) {
    return table;
  }

  @Override
  public void setParamTable(Map<String, INDArray> newTable) {
    table = newTable;
  }

  @Override
  public long numParams() {
    return parameters.length();
  }

  @Override
  public long numParams(boolean backwards) {
    return parameters.length();
  }

  @Override
  public INDArray getGradientsViewArray() {
    return gradientView;
  }

  @Override
  public void setBackpropGradientsViewArray(INDArray view) {
    gradientView = view;
  }
}
