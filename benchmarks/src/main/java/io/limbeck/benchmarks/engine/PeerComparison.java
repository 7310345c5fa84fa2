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
    for (int hidden : new int[] {32, 1024, 16384}) {
      Workload workload = new Workload(hidden, 2, 10, 5, 16);
      result.put(workload.parameters() + "_parameters", measure(spark, workload, repetitions));
    }
    return result;
  }

  private static Map<String, Object> measure(
      JavaSparkContext spark, Workload workload, int repetitions) {
    Map<String, Object> result = new LinkedHashMap<>();
    Map<RDDTrainingApproach, List<Double>> peers = new LinkedHashMap<>();
    List<Double> ours = new ArrayList<>();
    try (Workload.Training training = workload.new Training(spark)) {
      // The first time of each compiles, makes networks, starts threads.
      ourRound(training, workload);
      for (RDDTrainingApproach approach : RDDTrainingApproach.values()) {
        peers.put(approach, new ArrayList<>());
        peerRound(spark, workload, approach);
      }
      for (int i = 0; i < repetitions; i++) {
        ours.add(ourRound(training, workload));
        peers.forEach((approach, times) -> times.add(peerRound(spark, workload, approach)));
      }
    }
    result.put("ours", ours);
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
