package io.limbeck.core.recorder;

import io.limbeck.core.error.Names;
import io.limbeck.core.network.NetworkDescription;
import io.limbeck.core.schema.Key;
import java.util.List;

/**
 * Records a parameter by reference: the array that the network itself uses.
 *
 * @param source {@code vertex/parameter}
 */
public record Parameter(
    @Key("Name of the parameter, such as head.fc/W, as the describe command prints it")
        String source)
    implements Recorder {

  @Override
  public List<Origin> origins(NetworkDescription network) {
    return network.parameters().stream()
        .filter(parameter -> parameter.name().equals(network.scope() + source))
        .findFirst()
        .map(parameter -> (Origin) new Origin.ParameterValue(parameter.name(), parameter.shape()))
        .map(List::of)
        .orElseThrow(
            () ->
                new UnknownSourceException(
                    "which is not a parameter of the model, "
                        + Names.suggestion(
                            source,
                            network.parameters().stream()
                                .map(each -> each.name().substring(network.scope().length()))
                                .toList())));
  }
}
