package io.limbeck.spark.model;

import io.limbeck.core.network.FrozenTeacher;
import io.limbeck.core.network.NetworkDescription;
import io.limbeck.dl4j.graph.Describer;
import io.limbeck.dl4j.graph.FrozenNetwork;
import io.limbeck.dl4j.graph.LogitsForm;
import io.limbeck.dl4j.graph.Networks;
import io.limbeck.dl4j.normalization.SteadyNormalization;
import io.limbeck.dl4j.normalization.SteadyNormalization.Statistics;
import java.util.Collection;
import java.util.List;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.graph.ComputationGraph;

/** A teacher that is a network of DL4J's. */
final class GraphTeacher implements TeacherModel {
  private final ComputationGraph network;
  private final ComputationGraphConfiguration logitsForm;
  private final NetworkDescription description;
  private final boolean normEval;

  /**
   * A teacher.
   *
   * @param network with its weights
   * @param input the shape of one example
   * @param normEval whether its BatchNorms use the statistics that they have while it teaches
   */
  GraphTeacher(ComputationGraph network, InputType input, boolean normEval) {
    this.network = network;
    this.logitsForm = LogitsForm.of(network.getConfiguration());
    this.description = Describer.describe(Networks.blank(logitsForm), input);
    this.normEval = normEval;
  }

  @Override
  public NetworkDescription description() {
    return description;
  }

  @Override
  public long parameters() {
    return network.numParams();
  }

  @Override
  public FrozenTeacher upTo(Collection<String> vertices) {
    ComputationGraphConfiguration running = logitsForm.clone();
    if (!normEval) {
      SteadyNormalization.replaceAll(running, Statistics.MINI_BATCH);
    }
    return FrozenNetwork.of(running, network, vertices);
  }

  @Override
  public FrozenTeacher classifier() {
    return FrozenNetwork.of(logitsForm, network, List.of(LogitsForm.logits(logitsForm)));
  }
}
