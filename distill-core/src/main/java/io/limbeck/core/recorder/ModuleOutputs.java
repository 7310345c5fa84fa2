package io.limbeck.core.recorder;

import io.limbeck.core.error.Names;
import io.limbeck.core.network.NetworkDescription;
import io.limbeck.core.network.Vertex;
import io.limbeck.core.schema.Key;
import java.util.List;

/**
 * Records the outputs of a module, one for each of its executions in a forward pass.
 *
 * @param source the module
 */
public record ModuleOutputs(
    @Key("Name of the module whose outputs are recorded, as the describe command prints it")
        String source)
    implements Recorder {

  @Override
  public List<Origin> origins(NetworkDescription network) {
    List<Vertex> executions = network.executions(source);
    if (executions.isEmpty()) {
      throw new UnknownSourceException(
          network.isLoss(source) || source.isEmpty()
              ? "whose output is the loss itself, which is not recorded: name a module before it"
              : "which is not in the model, " + Names.suggestion(source, network.sources()));
    }
    return executions.stream()
        .map(vertex -> (Origin) Origin.Activation.of(network, vertex.name()))
        .toList();
  }
}
