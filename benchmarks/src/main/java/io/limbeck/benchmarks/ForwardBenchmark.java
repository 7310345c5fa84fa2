package io.limbeck.benchmarks;

import io.limbeck.core.config.ArchitectureConfig.CifarResNet;
import io.limbeck.dl4j.graph.FrozenNetwork;
import io.limbeck.dl4j.graph.LogitsForm;
import io.limbeck.dl4j.graph.Networks;
import io.limbeck.dl4j.graph.TeacherGraph;
import io.limbeck.dl4j.zoo.Architectures;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * The forward pass of a teacher, a CIFAR ResNet-56: compiled, against the same network layer by
 * layer, whose convolutions are oneDNN's as well.
 */
public final class ForwardBenchmark {
  private static final String LOGITS = "head.fc";

  private ForwardBenchmark() {}

  /**
   * Measures.
   *
   * @param rounds of both, one after the other
   * @param batch examples
   * @return the figures by name
   */
  public static Map<String, Object> measure(int rounds, int batch) {
    ComputationGraphConfiguration conf =
        LogitsForm.of(
            new Architectures(InputType.convolutional(32, 32, 3), 10, 1, DataType.FLOAT)
                .cifarResNet(new CifarResNet(56, null)));
    ComputationGraph layers = Networks.fresh(conf);
    FrozenNetwork frozen = FrozenNetwork.of(conf, layers, List.of(LOGITS));
    TeacherGraph compiled = frozen.materialise(frozen.sharedWeights());
    INDArray features = Nd4j.rand(DataType.FLOAT, batch, 3, 32, 32);
    double layerMillis = Double.MAX_VALUE;
    double compiledMillis = Double.MAX_VALUE;
    for (int i = 0; i < rounds; i++) {
      layerMillis = Math.min(layerMillis, millis(() -> layers.outputSingle(false, features)));
      compiledMillis = Math.min(compiledMillis, millis(() -> compiled.forward(features)));
    }
    Map<String, Object> result = new LinkedHashMap<>();
    result.put(
        "benchmark", "forward pass, CIFAR ResNet-56, batch " + batch + "; fastest of " + rounds);
    result.put("layers_ms", layerMillis);
    result.put("compiled_ms", compiledMillis);
    result.put("layers_to_compiled", layerMillis / compiledMillis);
    return result;
  }

  private static double millis(Runnable pass) {
    long start = System.nanoTime();
    pass.run();
    return (System.nanoTime() - start) / 1e6;
  }
}
