package io.limbeck.benchmarks;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import io.limbeck.core.config.ArchitectureConfig.CifarResNet;
import io.limbeck.core.config.ScheduleConfig;
import io.limbeck.dl4j.engine.CpuEngine;
import io.limbeck.dl4j.graph.DistillationStep;
import io.limbeck.dl4j.graph.LogitsForm;
import io.limbeck.dl4j.graph.TrainingGraph;
import io.limbeck.dl4j.graph.TrainingOptions;
import io.limbeck.dl4j.zoo.Architectures;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * One training step of a CIFAR ResNet-20, stock DL4J against ours, in turn in one JVM: the same
 * network, batch and update, with the layers on DL4J's default path and on oneDNN. Prints JSON; the
 * ratio is that of the medians.
 */
public final class StepBenchmark {
  private static final int CLASSES = 10;

  private StepBenchmark() {}

  /**
   * Measures.
   *
   * @param args steps of each side (default 5), batch size (default 64)
   */
  public static void main(String[] args) throws JsonProcessingException {
    int steps = args.length > 0 ? Integer.parseInt(args[0]) : 5;
    int batch = args.length > 1 ? Integer.parseInt(args[1]) : 64;
    System.out.println(
        new ObjectMapper()
            .enable(SerializationFeature.INDENT_OUTPUT)
            .writeValueAsString(
                List.of(measure(steps, batch), ForwardBenchmark.measure(3 * steps, batch))));
  }

  /**
   * Measures.
   *
   * @param steps of each side that count
   * @param batch examples of a step
   * @return the figures by name
   */
  public static Map<String, Object> measure(int steps, int batch) {
    DistillationStep ours = step();
    System.setProperty(CpuEngine.PROPERTY, "false");
    DistillationStep stock = step();
    System.clearProperty(CpuEngine.PROPERTY);
    time(ours, batch, 5);
    time(stock, batch, 1);
    List<Double> oursMillis = new ArrayList<>();
    List<Double> stockMillis = new ArrayList<>();
    for (int i = 0; i < steps; i++) {
      stockMillis.add(time(stock, batch, 1));
      oursMillis.add(time(ours, batch, 3));
    }
    Map<String, Object> result = new LinkedHashMap<>();
    result.put("benchmark", "training step, CIFAR ResNet-20, batch " + batch);
    result.put("engine", CpuEngine.status().description());
    result.put("omp_threads", System.getenv().getOrDefault("OMP_NUM_THREADS", "default"));
    result.put("stock_ms", stockMillis);
    result.put("ours_ms", oursMillis);
    result.put("stock_to_ours", median(stockMillis) / median(oursMillis));
    return result;
  }

  private static DistillationStep step() {
    Architectures zoo =
        new Architectures(InputType.convolutional(32, 32, 3), CLASSES, 1, DataType.FLOAT);
    ScheduleConfig schedule =
        new ScheduleConfig(
            1, 64, new ScheduleConfig.Nesterovs(0.01, 0.9), 0, new ScheduleConfig.Constant(0));
    return DistillationStep.supervised(
        TrainingGraph.supervised(
            LogitsForm.of(zoo.cifarResNet(new CifarResNet(20, null))),
            new TrainingOptions(schedule, 1, 1)));
  }

  /** The fastest of some steps, in milliseconds: what disturbs a step only ever slows it. */
  private static double time(DistillationStep step, int batch, int tries) {
    double fastest = Double.MAX_VALUE;
    for (int i = 0; i < tries; i++) {
      INDArray features = features(batch);
      INDArray labels = labels(batch);
      long start = System.nanoTime();
      step.run(DistillationStep.Batch.of(features, labels));
      fastest = Math.min(fastest, (System.nanoTime() - start) / 1e6);
    }
    return fastest;
  }

  private static INDArray features(int batch) {
    Random random = new Random(1);
    float[] values = new float[batch * 3 * 32 * 32];
    for (int i = 0; i < values.length; i++) {
      values[i] = random.nextFloat() - 0.5f;
    }
    return Nd4j.createFromArray(values).reshape('c', batch, 3, 32, 32);
  }

  private static INDArray labels(int batch) {
    float[] values = new float[batch * CLASSES];
    for (int i = 0; i < batch; i++) {
      values[i * CLASSES + i % CLASSES] = 1;
    }
    return Nd4j.createFromArray(values).reshape('c', batch, CLASSES);
  }

  private static double median(List<Double> values) {
    List<Double> sorted = values.stream().sorted().toList();
    return sorted.get(sorted.size() / 2);
  }
}
