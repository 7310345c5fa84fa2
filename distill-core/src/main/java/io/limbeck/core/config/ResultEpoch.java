package io.limbeck.core.config;

import com.fasterxml.jackson.annotation.JsonProperty;

/** Which epoch of a run its results are of. */
public enum ResultEpoch {
  /** That with the highest validation accuracy, the first of several. */
  @JsonProperty("best")
  BEST,
  /** The last one. */
  @JsonProperty("last")
  LAST
}
