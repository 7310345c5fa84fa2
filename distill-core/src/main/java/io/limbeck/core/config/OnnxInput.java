package io.limbeck.core.config;

import com.fasterxml.jackson.annotation.JsonProperty;

/** What an input of an ONNX network is given. */
public enum OnnxInput {
  /** The examples as they are: {@code [channels, height, width]} or {@code [features]}. */
  @JsonProperty("features")
  FEATURES,
  /** Images as {@code [height, width, channels]}. */
  @JsonProperty("features_channels_last")
  FEATURES_CHANNELS_LAST,
  /** 1 where a feature is not 0, else 0: which tokens are no padding. */
  @JsonProperty("mask")
  MASK,
  /** 0 for each feature. */
  @JsonProperty("zeros")
  ZEROS
}
