package io.limbeck.core.config;

import com.fasterxml.jackson.annotation.JsonProperty;

/** What examples are labelled with. */
public enum LabelType {
  /** A class of each example. */
  @JsonProperty("class")
  CLASS,
  /** A class of each pixel. */
  @JsonProperty("map")
  MAP
}
