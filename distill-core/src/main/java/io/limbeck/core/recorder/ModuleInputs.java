package io.limbeck.core.recorder;

import io.limbeck.core.error.Names;
import io.limbeck.core.network.NetworkDescription;
import io.limbeck.core.network.Vertex;
import io.limbeck.core.schema.Key;
import java.util.ArrayList;
import java.util.List;

/**
 * Records the inputs of a module as a list, one list for each of its executions in a forward pass.
 * The loss module takes the logits and the labels; the whole network, the empty name, takes the
 * features and the data samples.
 *
 * @param source the module
 */
public record ModuleInputs(
    @Key(
            "Name of the module whose inputs are recorded, as the describe command prints it; \"\" is the whole network,"
                + " which takes [features, data samples]; the loss module takes [logits, labels]")
        String source)
    implements Recorder {

  @Override
  public List<Origin> origins(NetworkDescription network) {
    if (source.isEmpty()) {
      return List.of(new Origin.Items(List.of(features(network), new Origin.Samples())));
    }
    if (network.isLoss(source)) {
      return List.of(
          new Origin.Items(List.of(activation(network, network.logits()), new Origin.Labels())));
    }
    List<Vertex> executions = network.executions(source);
    if (executions.isEmpty()) {
      List<String> known = new ArrayList<>(network.sources());
      if (network.loss() != null) {
        known.add(network.loss().substring(network.scope().length()));
      }
      throw new UnknownSourceException(
          "which is not in the model, " + Names.suggestion(source, known));
    }
    return executions.stream().map(vertex -> inputs(network, vertex)).toList();
  }

  private static Origin inputs(NetworkDescription network, Vertex vertex) {
    return new Origin.Items(
        vertex.inputs().stream().map(input -> activation(network, input)).toList());
  }

  private static Origin features(NetworkDescription network) {
    return activation(network, network.input());
  }

  private static Origin activation(NetworkDescription network, String name) {
    return Origin.Activation.of(network, name);
  }
}
