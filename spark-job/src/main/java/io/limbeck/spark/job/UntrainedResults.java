package io.limbeck.spark.job;

import io.limbeck.core.config.Distillation;
import io.limbeck.core.config.ExperimentConfig;
import io.limbeck.dl4j.graph.ParameterLayout;
import io.limbeck.dl4j.store.ModelFile;
import io.limbeck.spark.preparation.LearningNetworks;
import io.limbeck.spark.preparation.Mode;
import io.limbeck.spark.preparation.Preparation;
import io.limbeck.spark.preparation.Prepared;
import io.limbeck.spark.worker.Workplace;
import java.util.LinkedHashMap;
import java.util.Map;

/** What an experiment would leave if its networks learnt nothing. */
final class UntrainedResults {
  private UntrainedResults() {}

  /**
   * Writes models and connectors as they start.
   *
   * @param prepared the experiment
   * @param files where to
   */
  static void write(Prepared prepared, ResultFiles files) {
    ExperimentConfig config = prepared.config();
    Mode mode = Mode.of(config.algorithm());
    LearningNetworks learning =
        new LearningNetworks(config.algorithm(), mode, prepared.factory(), config.seed());
    Map<String, byte[]> models = new LinkedHashMap<>();
    learning
        .start()
        .forEach((name, network) -> models.put(name, ModelFile.write(network, prepared.shape())));
    files.write(mode, models);
    if (config.algorithm() instanceof Distillation) {
      Workplace here =
          Workplace.of(Preparation.trialPlan(prepared, learning), prepared.frozenTeachers());
      files.writeConnectors(
          LearntNetworks.beside(ParameterLayout.of(here.network()), here.parametersCopy()));
    }
  }
}
