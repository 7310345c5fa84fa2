package io.limbeck.core.recorder;

import com.fasterxml.jackson.annotation.JsonTypeInfo;
import io.limbeck.core.network.NetworkDescription;
import java.io.Serializable;
import java.util.List;

/**
 * What one recorder captures, as a config file says it. Anyone may add one: its class name is then
 * its {@code type} in a config.
 */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
public interface Recorder extends Serializable {
  /** The name of what is captured. */
  String source();

  /**
   * What will be captured in one forward pass.
   *
   * @param network what can be recorded
   * @return one for each time that the source runs; {@code record_idx} counts in this list
   * @throws UnknownSourceException when the network has no such source
   */
  List<Origin> origins(NetworkDescription network);
}
