package io.limbeck.spark.preparation;

import io.limbeck.core.config.AlgorithmConfig;
import io.limbeck.core.config.ArchitectureConfig;
import io.limbeck.core.config.Distillation;
import io.limbeck.core.config.LearningNetwork;
import io.limbeck.core.config.OnlineDistill;
import io.limbeck.core.config.SingleTeacherDistill;
import io.limbeck.dl4j.graph.JoinedGraph;
import io.limbeck.dl4j.graph.LogitsForm;
import io.limbeck.dl4j.graph.TaskLoss;
import io.limbeck.dl4j.normalization.SteadyNormalization;
import io.limbeck.dl4j.normalization.SteadyNormalization.Statistics;
import io.limbeck.spark.data.Seeds;
import io.limbeck.spark.model.ModelFactory;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.graph.ComputationGraph;

/** The networks of a run that learn: one, or several that are joined in one graph. */
public final class LearningNetworks {
  private static final long PEER = 8;

  private final AlgorithmConfig algorithm;
  private final Mode mode;
  private final Map<String, LearningNetwork> networks;
  private final ModelFactory factory;
  private final long seed;
  private final Map<String, ComputationGraphConfiguration> configurations = new LinkedHashMap<>();

  /**
   * Networks of a run.
   *
   * @param algorithm of the experiment
   * @param mode what learns from what
   * @param factory makes them
   * @param seed of the run
   * @throws io.limbeck.core.error.UserException when one does not fit the data
   */
  public LearningNetworks(AlgorithmConfig algorithm, Mode mode, ModelFactory factory, long seed) {
    this.algorithm = algorithm;
    this.mode = mode;
    this.factory = factory;
    this.seed = seed;
    Map<String, LearningNetwork> all = algorithm.learning();
    this.networks = mode == Mode.DISTILLED ? all : Map.of("", all.values().iterator().next());
    networks.forEach(
        (name, network) ->
            configurations.put(
                name, factory.configuration(network.architecture(), network.key(), seed(name))));
  }

  /**
   * Peers of one architecture that started from the same weights would have nothing to tell each
   * other. The first one starts as it would alone.
   */
  private long seed(String name) {
    long number = List.copyOf(networks.keySet()).indexOf(name);
    return number == 0 ? seed : Seeds.derive(seed, PEER, number);
  }

  /** Their names, the one that the experiment is about first; one alone has the empty name. */
  public List<String> names() {
    return List.copyOf(networks.keySet());
  }

  /** The first in logits form. */
  ComputationGraphConfiguration first() {
    return LogitsForm.of(configurations.values().iterator().next());
  }

  /** The config key of the first. */
  String key() {
    return networks.values().iterator().next().key();
  }

  /** The networks as their users know them, with the weights that they start from. */
  public Map<String, ComputationGraph> start() {
    Map<String, ComputationGraph> start = new LinkedHashMap<>();
    networks.forEach((name, network) -> start.put(name, start(name, network)));
    return start;
  }

  private ComputationGraph start(String name, LearningNetwork network) {
    ArchitectureConfig architecture = network.architecture();
    if (network.taught()) {
      return factory.teacher(
          architecture, network.checkpoint(), network.key(), network.checkpointKey());
    }
    if (name.isEmpty() && algorithm instanceof Distillation distill && distill.initCfg() != null) {
      return factory.student(
          architecture, network.key(), distill.initCfg().checkpoint(), Prepared.INIT_KEY);
    }
    return factory.student(architecture, network.key(), seed(name));
  }

  /** All of them in logits form as one graph, as they are evaluated. */
  public ComputationGraphConfiguration evaluated() {
    Map<String, ComputationGraphConfiguration> logitsForms = new LinkedHashMap<>();
    configurations.forEach((name, conf) -> logitsForms.put(name, LogitsForm.of(conf)));
    return JoinedGraph.of(logitsForms);
  }

  /** The same with what can be recorded beside. */
  ComputationGraphConfiguration recorded() {
    return withEnsemble(evaluated());
  }

  /** The same as they are trained. */
  public ComputationGraphConfiguration trained() {
    Map<String, ComputationGraphConfiguration> logitsForms = new LinkedHashMap<>();
    configurations.forEach(
        (name, conf) -> {
          ComputationGraphConfiguration logitsForm = LogitsForm.of(conf);
          if (keepsStatistics(name)) {
            SteadyNormalization.replaceAll(logitsForm, Statistics.RUNNING);
          }
          logitsForms.put(name, logitsForm);
        });
    return withEnsemble(JoinedGraph.of(logitsForms));
  }

  private ComputationGraphConfiguration withEnsemble(ComputationGraphConfiguration joined) {
    if (hasEnsemble()) {
      JoinedGraph.addMean(joined, OnlineDistill.ENSEMBLE);
    }
    return joined;
  }

  /** Whether the mean of all logits is a vertex of the graph. */
  public boolean hasEnsemble() {
    return mode == Mode.DISTILLED && algorithm instanceof OnlineDistill;
  }

  /** Whether a network's BatchNorms keep the statistics that they start with. */
  public boolean keepsStatistics(String name) {
    return mode == Mode.DISTILLED
        && algorithm instanceof SingleTeacherDistill single
        && name.equals(SingleTeacherDistill.TEACHER)
        && single.teacherNormEval();
  }

  /** Their cross-entropies with the labels. */
  public List<TaskLoss> taskLosses() {
    return networks.entrySet().stream()
        .map(
            entry ->
                new TaskLoss(
                    entry.getKey().isEmpty() ? "student" : entry.getKey(),
                    mode == Mode.DISTILLED ? entry.getValue().taskLossWeight() : 1))
        .toList();
  }
}
