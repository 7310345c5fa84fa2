package com.example.distill;

import io.limbeck.core.error.Names;
import io.limbeck.core.network.NetworkDescription;
import io.limbeck.core.network.Vertex;
import io.limbeck.core.recorder.Origin;
import io.limbeck.core.recorder.Recorder;
import io.limbeck.core.recorder.UnknownSourceException;
import io.limbeck.core.schema.Key;
import java.util.List;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Records a module's output with everything below a threshold set to zero. No gradient flows
 * through what is computed, so it serves as a target.
 *
 * @param source the module
 * @param threshold the smallest value that stays
 */
public record LargestActivations(
    @Key("Name of the module whose large outputs are recorded") String source,
    @Key(value = "Smallest value that stays", def = "0.1") double threshold)
    implements Recorder {

  @Override
  public List<Origin> origins(NetworkDescription network) {
    Vertex vertex =
        network
            .vertex(source)
            .orElseThrow(
                () ->
                    new UnknownSourceException(
                        "which is not in the model, "
                            + Names.suggestion(source, network.sources())));
    double smallest = threshold;
    return List.of(
        new Origin.Derived(vertex.name(), vertex.shape(), value -> largerThan(value, smallest)));
  }

  private static INDArray largerThan(INDArray value, double smallest) {
    return value.mul(value.gte(smallest).castTo(value.dataType()));
  }
}
