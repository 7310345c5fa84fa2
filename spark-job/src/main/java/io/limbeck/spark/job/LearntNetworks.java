package io.limbeck.spark.job;

import io.limbeck.dl4j.graph.BatchNormMoments;
import io.limbeck.dl4j.graph.FrozenNetwork;
import io.limbeck.dl4j.graph.LogitsForm;
import io.limbeck.dl4j.graph.Networks;
import io.limbeck.dl4j.graph.ParameterLayout;
import io.limbeck.dl4j.store.ModelFile;
import io.limbeck.spark.worker.WorkerPlan;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.graph.ComputationGraph;

/** A run's flat vector as the networks that it holds. */
final class LearntNetworks {
  private static final List<String> LEARNT_BESIDE = List.of("connectors.", "distill_losses.");

  private final int[] shape;
  private final String student;
  private final ParameterLayout studentLayout;
  private final FrozenNetwork frozen;
  private final ParameterLayout frozenLayout;
  private final ParameterLayout graphLayout;
  private final WorkerPlan.Generator generator;

  /**
   * Networks of a run.
   *
   * @param shape of one example
   * @param student as the user knows it
   * @param logitsForm the same in logits form
   * @param graphLayout where all that learns lies in the vector, but the generator behind it
   * @param generator null where there are data
   */
  LearntNetworks(
      int[] shape,
      ComputationGraph student,
      ComputationGraphConfiguration logitsForm,
      ParameterLayout graphLayout,
      WorkerPlan.Generator generator) {
    this.shape = shape.clone();
    this.student = student.getConfiguration().toJson();
    this.studentLayout = ParameterLayout.of(student);
    this.frozen = FrozenNetwork.of(logitsForm, student, List.of(LogitsForm.logits(logitsForm)));
    this.frozenLayout = frozen.layout();
    this.graphLayout = graphLayout;
    this.generator = generator;
  }

  /** Parameters of the plain student. */
  long size() {
    return studentLayout.length();
  }

  /** The plain student as a file of DL4J's. */
  byte[] file(float[] parameters) {
    return ModelFile.write(student, graphLayout.convert(parameters, studentLayout), shape);
  }

  /** The student up to its logits, to be evaluated. */
  FrozenNetwork frozen(float[] parameters) {
    return frozen.with(graphLayout.convert(parameters, frozenLayout));
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
