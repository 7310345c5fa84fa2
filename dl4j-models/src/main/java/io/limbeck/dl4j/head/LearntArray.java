package io.limbeck.dl4j.head;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.api.ParamInitializer;
import org.deeplearning4j.nn.conf.InputPreProcessor;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.BaseLayer;
import org.deeplearning4j.nn.conf.memory.LayerMemoryReport;
import org.deeplearning4j.nn.conf.memory.MemoryReport;
import org.deeplearning4j.optimize.api.TrainingListener;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * An array that is learnt for its own sake: a parameter of a loss. An output layer without labels;
 * its gradient is what the distiller computed.
 */
public final class LearntArray extends BaseLayer {
  private static final long serialVersionUID = 1L;

  /** The array's name among the vertex' parameters. */
  public static final String KEY = "value";

  private final long[] shape;
  private final double initial;

  /**
   * An array.
   *
   * @param name its vertex' name
   * @param shape its shape
   * @param initial what every element starts from
   */
  public LearntArray(String name, List<Long> shape, double initial) {
    setLayerName(name);
    this.shape = shape.stream().mapToLong(Long::longValue).toArray();
    this.initial = initial;
  }

  @Override
  public Layer instantiate(
      NeuralNetConfiguration conf,
      Collection<TrainingListener> listeners,
      int index,
      INDArray parameters,
      boolean initialize,
      DataType dataType) {
    LearntArrayLayer layer = new LearntArrayLayer(conf, dataType);
    layer.setListeners(listeners);
    layer.setIndex(index);
    layer.setParamsViewArray(parameters);
    layer.setParamTable(initializer().init(conf, parameters, initialize));
    layer.setConf(conf);
    return layer;
  }

  @Override
  public ParamInitializer initializer() {
    return new Initializer();
  }

  @Override
  public InputType getOutputType(int layerIndex, InputType inputType) {
    return inputType;
  }

  @Override
  public void setNIn(InputType inputType, boolean override) {
    // The size is given.
  }

  @Override
  public InputPreProcessor getPreProcessorForInputType(InputType inputType) {
    return null;
  }

  @Override
  public boolean isPretrainParam(String name) {
    return false;
  }

  @Override
  public LayerMemoryReport getMemoryReport(InputType inputType) {
    return new LayerMemoryReport.Builder(layerName, LearntArray.class, inputType, inputType)
        .standardMemory(length(), length())
        .workingMemory(0, 0, 0, 0)
        .cacheMemory(MemoryReport.CACHE_MODE_ALL_ZEROS, MemoryReport.CACHE_MODE_ALL_ZEROS)
        .build();
  }

  private long length() {
    long length = 1;
    for (long side : shape) {
      length *= side;
    }
    return length;
  }

  /** Lays the array into the flat vector. It counts as a bias, so that no decay pulls at it. */
  private static final class Initializer implements ParamInitializer {
    private static LearntArray of(org.deeplearning4j.nn.conf.layers.Layer layer) {
      return (LearntArray) layer;
    }

    @Override
    public long numParams(NeuralNetConfiguration conf) {
      return numParams(conf.getLayer());
    }

    @Override
    public long numParams(org.deeplearning4j.nn.conf.layers.Layer layer) {
      return of(layer).length();
    }

    @Override
    public List<String> paramKeys(org.deeplearning4j.nn.conf.layers.Layer layer) {
      return List.of(KEY);
    }

    @Override
    public List<String> weightKeys(org.deeplearning4j.nn.conf.layers.Layer layer) {
      return List.of();
    }

    @Override
    public List<String> biasKeys(org.deeplearning4j.nn.conf.layers.Layer layer) {
      return List.of(KEY);
    }

    @Override
    public boolean isWeightParam(org.deeplearning4j.nn.conf.layers.Layer layer, String key) {
      return false;
    }

    @Override
    public boolean isBiasParam(org.deeplearning4j.nn.conf.layers.Layer layer, String key) {
      return KEY.equals(key);
    }

    @Override
    public Map<String, INDArray> init(
        NeuralNetConfiguration conf, INDArray view, boolean initialize) {
      if (initialize) {
        view.assign(of(conf.getLayer()).initial);
      }
      conf.addVariable(KEY);
      return getGradientsFromFlattened(conf, view);
    }

    @Override
    public Map<String, INDArray> getGradientsFromFlattened(
        NeuralNetConfiguration conf, INDArray view) {
      Map<String, INDArray> table = new LinkedHashMap<>();
      table.put(KEY, view.reshape('c', of(conf.getLayer()).shape));
      return table;
    }
  }
}
