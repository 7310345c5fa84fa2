package io.limbeck.benchmarks.engine;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.deeplearning4j.spark.api.RDDTrainingApproach;
import org.deeplearning4j.spark.impl.graph.SparkComputationGraph;
import org.deeplearning4j.spark.impl.paramavg.ParameterAveragingTrainingMaster;
import org.nd4j.linalg.dataset.api.MultiDataSet;

/**
 * A round of ours against one of dl4j-spark's {@code ParameterAveragingTrainingMaster}: the same
 * network, mini-batches, steps and partitions, in turn.
 */
final class PeerComparison {
  private PeerComparison() {}

  static Map<String, Object> measure(JavaSparkContext spark, int repetitions) {
    Map<String, Object> result = new LinkedHashMap<>();
    result.put("benchmark", "a round of 2 partitions x 5 steps x 16 examples, ms");
    Map<String, Net> nets = new LinkedHashMap<>();
    nets.put("quick_start_student", Net.quickStart());
    nets.put("mlp_32", Net.mlp(32));
    nets.put("mlp_1024", Net.mlp(1024));
    nets.put("mlp_16384", Net.mlp(16384));
    nets.forEach(
        (name, net) ->
            result.put(name, measure(spark, new Workload(net, 2, 10, 5, 16), repetitions)));
    return result;
  }

  private static Map<String, Object> measure(
      JavaSparkContext spark, Workload workload, int repetitions) {
    Map<String, Object> result = new LinkedHashMap<>();
    Map<RDDTrainingApproach, List<Double>> peers = new LinkedHashMap<>();
    List<Double> ours = new ArrayList<>();
    List<Double> steps = new ArrayList<>();
    try (Workload.Training training = workload.new Training(spark)) {
      // The first time of each compiles, makes networks, starts threads.
      ourRound(training, workload);
      for (RDDTrainingApproach approach : RDDTrainingApproach.values()) {
        peers.put(approach, new ArrayList<>());
        peerRound(spark, workload, approach);
      }
      for (int i = 0; i < repetitions; i++) {
        ours.add(ourRound(training, workload));
        steps.add(
            Figures.median(
                training.summaries().stream().map(each -> 1000 * each.stepSeconds()).toList()));
        peers.forEach((approach, times) -> times.add(peerRound(spark, workload, approach)));
      }
    }
    result.put("parameters", workload.net().parameters());
    result.put("ours", ours);
    result.put("of_that_steps", Figures.median(steps));
    peers.forEach(
        (approach, times) -> {
          String name = approach.name().toLowerCase(java.util.Locale.ROOT);
          result.put("dl4j_" + name, times);
          result.put("ours_to_dl4j_" + name, Figures.median(ours) / Figures.median(times));
        });
    return result;
  }

  private static double ourRound(Workload.Training training, Workload workload) {
    long start = System.nanoTime();
    training.epoch();
    return (System.nanoTime() - start) / 1e6 / workload.rounds();
  }

  private static double peerRound(
      JavaSparkContext spark, Workload workload, RDDTrainingApproach approach) {
    ParameterAveragingTrainingMaster master =
        new ParameterAveragingTrainingMaster.Builder(workload.batch())
            .batchSizePerWorker(workload.batch())
            .averagingFrequency(workload.steps())
            .workerPrefetchNumBatches(0)
            .rddTrainingApproach(approach)
            .build();
    SparkComputationGraph graph = new SparkComputationGraph(spark, workload.network(), master);
    JavaRDD<MultiDataSet> data =
        workload.numbers(spark).flatMap(partition -> workload.batches(partition).iterator());
    long start = System.nanoTime();
    graph.fitMultiDataSet(data);
    double millis = (System.nanoTime() - start) / 1e6 / workload.rounds();
    master.deleteTempFiles(spark);
    return millis;
  }
}
