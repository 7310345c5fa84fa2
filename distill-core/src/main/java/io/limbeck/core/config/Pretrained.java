package io.limbeck.core.config;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.limbeck.core.schema.Key;
import java.io.Serializable;

/**
 * What an earlier experiment trained, to start from.
 *
 * @param type always {@code Pretrained}
 * @param checkpoint its output folder
 */
public record Pretrained(
    @Key(value = "Always Pretrained", def = "\"Pretrained\"") Kind type,
    @Key(
            "Output folder of an earlier experiment: the student starts from its student.zip, connectors of the same name"
                + " from its connectors.npz")
        String checkpoint)
    implements Serializable {

  /** The one way there is. */
  public enum Kind {
    /** From a folder. */
    @JsonProperty("Pretrained")
    PRETRAINED
  }
}
