package io.limbeck.spark.job;

import io.limbeck.core.config.OnlineDistill;
import io.limbeck.dl4j.graph.BatchNormMoments;
import io.limbeck.dl4j.graph.EarlyExits;
import io.limbeck.dl4j.graph.FrozenNetwork;
import io.limbeck.dl4j.graph.LogitsForm;
import io.limbeck.dl4j.graph.Networks;
import io.limbeck.dl4j.graph.ParameterLayout;
import io.limbeck.dl4j.store.ModelFile;
import io.limbeck.spark.preparation.Exits;
import io.limbeck.spark.preparation.LearningNetworks;
import io.limbeck.spark.worker.WorkerPlan;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.graph.ComputationGraph;

/** A run's flat vector as the networks that it holds. */
final class LearntNetworks {
  private static final List<String> LEARNT_BESIDE = List.of("connectors.", "distill_losses.");

  private final int[] shape;
  private final Map<String, Plain> plain = new LinkedHashMap<>();
  private final List<String> names;
  private final boolean hasEnsemble;
  private final FrozenNetwork frozen;
  private final ParameterLayout frozenLayout;
  private final ParameterLayout graphLayout;
  private final WorkerPlan.Generator generator;

  /**
   * A network as its user knows it.
   *
   * @param json its configuration
   * @param layout of its file
   * @param joined the same by the names that its parameters have in the graph
   * @param keepsStatistics whether its BatchNorms keep those that they start with
   */
  private record Plain(
      String json, ParameterLayout layout, ParameterLayout joined, boolean keepsStatistics) {}

  /**
   * Networks of a run.
   *
   * @param shape of one example
   * @param learning what learns
   * @param start the same with weights
   * @param exits early ones of the first
   * @param graphLayout where all that learns lies in the vector, but the generator behind it
   * @param generator null where there are data
   */
  LearntNetworks(
      int[] shape,
      LearningNetworks learning,
      Map<String, ComputationGraph> start,
      Exits exits,
      ParameterLayout graphLayout,
      WorkerPlan.Generator generator) {
    this.shape = shape.clone();
    start.forEach(
        (name, network) -> {
          ParameterLayout layout = ParameterLayout.of(network);
          plain.put(
              name,
              new Plain(
                  network.getConfiguration().toJson(),
                  layout,
                  layout.named(name),
                  learning.keepsStatistics(name)));
        });
    ComputationGraphConfiguration evaluated = learning.evaluated();
    List<String> outputs = new ArrayList<>(LogitsForm.allLogits(evaluated));
    List<String> all = new ArrayList<>(learning.names());
    this.hasEnsemble = learning.hasEnsemble();
    if (hasEnsemble) {
      all.add(OnlineDistill.ENSEMBLE);
    }
    exits
        .addTo(evaluated)
        .forEach(
            (name, logits) -> {
              outputs.add(logits);
              all.add(name);
              plain.put(name, plain(EarlyExits.cutAt(evaluated, logits)));
            });
    this.names = List.copyOf(all);
    this.frozen = FrozenNetwork.of(evaluated, Networks.blank(evaluated), outputs);
    this.frozenLayout = frozen.layout();
    this.graphLayout = graphLayout;
    this.generator = generator;
  }

  /** Of a network that keeps its names. */
  private static Plain plain(ComputationGraphConfiguration conf) {
    ParameterLayout layout = ParameterLayout.of(Networks.blank(conf));
    return new Plain(conf.toJson(), layout, layout, false);
  }

  /**
   * What is evaluated, in the order of the outputs: the network that the run is about first, the
   * ensemble, if there is one, last.
   */
  List<String> names() {
    return names;
  }

  /** Whether the mean of all logits is evaluated, too. */
  boolean hasEnsemble() {
    return hasEnsemble;
  }

  /** Parameters of a plain network; of all that it consists of for one that has no file. */
  long size(String name) {
    return files().contains(name)
        ? plain.get(name).layout().length()
        : plain.values().stream().mapToLong(each -> each.layout().length()).sum();
  }

  /** Those of {@link #names} that have files. */
  Set<String> files() {
    return plain.keySet();
  }

  /** A plain network as a file of DL4J's. */
  byte[] file(String name, float[] parameters) {
    Plain network = plain.get(name);
    float[] own = graphLayout.convert(parameters, network.joined());
    return ModelFile.write(network.json(), own, shape);
  }

  /** The networks up to their logits, to be evaluated. */
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

  /** The vector with BatchNorm statistics replaced, of those networks that do not keep theirs. */
  float[] with(BatchNormMoments moments, float[] parameters) {
    float[] replaced = parameters.clone();
    plain.values().stream()
        .filter(network -> !network.keepsStatistics())
        .forEach(network -> graphLayout.write(moments.parameters(network.joined()), replaced));
    return replaced;
  }

  /** What connectors and losses have learnt, by full name. */
  Map<String, float[]> beside(float[] parameters) {
    return beside(graphLayout, parameters);
  }

  /** The same of a vector of some layout. */
  static Map<String, float[]> beside(ParameterLayout layout, float[] parameters) {
    return layout.select(parameters, LEARNT_BESIDE);
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
