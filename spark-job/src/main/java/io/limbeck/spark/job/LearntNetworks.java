package io.limbeck.spark.job;

import io.limbeck.dl4j.graph.BatchNormMoments;
import io.limbeck.dl4j.graph.FrozenNetwork;
import io.limbeck.dl4j.graph.LogitsForm;
import io.limbeck.dl4j.graph.Networks;
import io.limbeck.dl4j.graph.ParameterLayout;
import io.limbeck.spark.worker.WorkerPlan;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.graph.ComputationGraph;

/**
 * A run's flat vector as the networks that it holds.
 *
 * @param student as the user knows it
 * @param logitsForm the same in logits form
 * @param studentLayout where its parameters lie
 * @param graphLayout where all that learns lies in the vector, but the generator behind it
 * @param generator null where there are data
 */
record LearntNetworks(
    ComputationGraph student,
    ComputationGraphConfiguration logitsForm,
    ParameterLayout studentLayout,
    ParameterLayout graphLayout,
    WorkerPlan.Generator generator) {
  private static final List<String> LEARNT_BESIDE = List.of("connectors.", "distill_losses.");

  /** The plain student. */
  ComputationGraph student(float[] parameters) {
    return Networks.of(
        student.getConfiguration().clone(),
        graphLayout.convert(Arrays.copyOf(parameters, graphLayout.length()), studentLayout));
  }

  /** The student up to its logits, to be evaluated. */
  FrozenNetwork frozen(float[] parameters) {
    return FrozenNetwork.of(
        logitsForm, student(parameters), List.of(LogitsForm.logits(logitsForm)));
  }

  /** Which numbers of the vector are BatchNorm's running statistics. */
  BitSet statistics() {
    BitSet statistics = graphLayout.statistics(0);
    if (generator != null) {
      ComputationGraph network =
          Networks.blank(ComputationGraphConfiguration.fromJson(generator.configuration()));
      statistics.or(ParameterLayout.of(network).statistics(graphLayout.length()));
    }
    return statistics;
  }

  /** The vector with the student's BatchNorm statistics replaced. */
  float[] with(BatchNormMoments moments, float[] parameters) {
    float[] replaced = parameters.clone();
    graphLayout.write(moments.parameters(studentLayout), replaced);
    return replaced;
  }

  /** What connectors and losses have learnt, by full name. */
  Map<String, float[]> beside(float[] parameters) {
    return graphLayout.select(parameters, LEARNT_BESIDE);
  }

  /** The generator; null where there are data. */
  ComputationGraph generator(float[] parameters) {
    return generator == null
        ? null
        : Networks.of(
            ComputationGraphConfiguration.fromJson(generator.configuration()),
            Arrays.copyOfRange(parameters, graphLayout.length(), parameters.length));
  }
}
