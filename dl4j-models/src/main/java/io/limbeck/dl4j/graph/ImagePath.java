package io.limbeck.dl4j.graph;

import io.limbeck.dl4j.function.ChannelAffine;
import io.limbeck.dl4j.function.Identity;
import io.limbeck.dl4j.vertex.FunctionVertex;
import java.util.Map;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.deeplearning4j.nn.conf.graph.LayerVertex;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.params.BatchNormalizationParamInitializer;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A generator, the student and the teachers behind it as one graph, so that the gradients of losses
 * on what both networks recorded come back to the generator. The student's vertices keep their
 * names, a teacher's begin with its own. The student runs as in training, the teachers as in
 * inference: their BatchNorms become plain scales and shifts, their dropout is off.
 */
final class ImagePath {
  private ImagePath() {}

  /**
   * Joins networks.
   *
   * @param generator makes the images; not changed
   * @param student in logits form; not changed
   * @param teachers by name
   * @return a graph in logits form, of which the noise is the input
   */
  static ComputationGraphConfiguration join(
      ComputationGraphConfiguration generator,
      ComputationGraphConfiguration student,
      Map<String, TeacherGraph> teachers) {
    ComputationGraphConfiguration conf = generator.clone();
    conf.setTrainingWorkspaceMode(student.getTrainingWorkspaceMode());
    String images = student.getNetworkInputs().get(0);
    JoinedGraph joined = new JoinedGraph(conf, images);
    joined.put(images, new FunctionVertex(new Identity()), generator.getNetworkOutputs());
    joined.add("", student, (name, vertex) -> vertex.clone());
    teachers.forEach(
        (name, teacher) ->
            joined.add(
                name + ".",
                teacher.configuration(),
                (vertexName, vertex) -> frozen(vertexName, vertex, teacher)));
    conf.setNetworkOutputs(student.getNetworkOutputs());
    TopologicalOrder.forget(conf);
    return conf;
  }

  private static GraphVertex frozen(String name, GraphVertex vertex, TeacherGraph teacher) {
    GraphVertex copy = vertex.clone();
    if (!(copy instanceof LayerVertex layerVertex)) {
      return copy;
    }
    Layer layer = layerVertex.getLayerConf().getLayer();
    layer.setIDropout(null);
    return layer instanceof BatchNormalization norm && layerVertex.getPreProcessor() == null
        ? new FunctionVertex(affine(norm, parameter -> teacher.parameter(name + "/" + parameter)))
        : copy;
  }

  /** Finds a parameter of a BatchNorm. */
  private interface Parameters {
    INDArray of(String name);
  }

  private static ChannelAffine affine(BatchNormalization norm, Parameters parameters) {
    double[] mean = values(parameters.of(BatchNormalizationParamInitializer.GLOBAL_MEAN));
    double[] scale = new double[mean.length];
    double[] shift = new double[mean.length];
    double[] gamma =
        norm.isLockGammaBeta()
            ? null
            : values(parameters.of(BatchNormalizationParamInitializer.GAMMA));
    double[] beta =
        norm.isLockGammaBeta()
            ? null
            : values(parameters.of(BatchNormalizationParamInitializer.BETA));
    double[] variance = variance(norm, parameters);
    for (int channel = 0; channel < mean.length; channel++) {
      double g = gamma == null ? norm.getGamma() : gamma[channel];
      double b = beta == null ? norm.getBeta() : beta[channel];
      scale[channel] = g / Math.sqrt(variance[channel] + norm.getEps());
      shift[channel] = b - mean[channel] * scale[channel];
    }
    return new ChannelAffine(scale, shift);
  }

  private static double[] variance(BatchNormalization norm, Parameters parameters) {
    if (!norm.isUseLogStd()) {
      return values(parameters.of(BatchNormalizationParamInitializer.GLOBAL_VAR));
    }
    double[] variance = values(parameters.of(BatchNormalizationParamInitializer.GLOBAL_LOG_STD));
    for (int channel = 0; channel < variance.length; channel++) {
      variance[channel] = Math.pow(10, 2 * variance[channel]);
    }
    return variance;
  }

  private static double[] values(INDArray row) {
    return row.castTo(DataType.DOUBLE).ravel().toDoubleVector();
  }
}
