package io.limbeck.spark.job;

import io.limbeck.core.config.ExperimentConfig;
import io.limbeck.dl4j.graph.BatchNormMoments;
import io.limbeck.dl4j.graph.FrozenNetwork;
import io.limbeck.spark.data.ExampleSet;
import io.limbeck.spark.evaluation.Evaluator;
import io.limbeck.spark.evaluation.MomentsTask;
import io.limbeck.spark.evaluation.Scores;
import io.limbeck.spark.report.Split;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.spark.api.java.JavaSparkContext;

/** How good networks are that learn, on the parts of an experiment's data. */
final class Evaluation {
  private final ExperimentConfig config;
  private final Data data;
  private final Stopwatch watch;
  private final Evaluator evaluator;

  /**
   * Evaluation of an experiment's runs.
   *
   * @param spark the context
   * @param config of the experiment
   * @param data of it
   * @param watch told how long it takes
   */
  Evaluation(JavaSparkContext spark, ExperimentConfig config, Data data, Stopwatch watch) {
    this.config = config;
    this.data = data;
    this.watch = watch;
    this.evaluator = new Evaluator(spark, config.data().numClasses());
  }

  /**
   * What a student's BatchNorms see of training examples.
   *
   * @param student to be run
   * @param batches of each partition
   * @param seed of the run
   * @param epoch that is done
   * @param description for the Spark UI
   */
  BatchNormMoments moments(
      FrozenNetwork student, int batches, long seed, int epoch, String description) {
    MomentsTask.Sample sample =
        new MomentsTask.Sample(batches, config.schedule().batchSize(), seed, epoch);
    return watch.time(
        Stopwatch.Part.EVALUATION,
        () -> evaluator.moments(student, data.train(), sample, description));
  }

  /** Scores of some networks on validation examples, by name; empty without any. */
  Map<String, Split> validation(LearntNetworks networks, float[] parameters, String description) {
    Map<String, Split> splits = new LinkedHashMap<>();
    scores(networks, parameters, data.validation(), false, description)
        .forEach((name, scores) -> splits.put(name, Split.of(scores)));
    return splits;
  }

  /** Scores of some networks on test examples, by name; empty without any. */
  Map<String, Scores> test(LearntNetworks networks, float[] parameters, String description) {
    return scores(networks, parameters, data.test(), true, description);
  }

  private Map<String, Scores> scores(
      LearntNetworks networks,
      float[] parameters,
      Optional<ExampleSet> part,
      boolean predictions,
      String description) {
    List<Scores> all =
        watch.time(
            Stopwatch.Part.EVALUATION,
            () ->
                evaluator.all(
                    networks.frozen(parameters),
                    part,
                    networks.hasEnsemble(),
                    predictions,
                    description));
    Map<String, Scores> named = new LinkedHashMap<>();
    for (int i = 0; i < all.size(); i++) {
      named.put(networks.names().get(i), all.get(i));
    }
    return named;
  }
}
