package io.limbeck.core.config;

import com.fasterxml.jackson.annotation.JsonProperty;

/**
 * The sizes of vision transformers, under the reference's names.
 *
 * <p>Source: H. Touvron et al., "Training data-efficient image transformers &amp; distillation
 * through attention", ICML 2021, arXiv:2012.12877, table 1.
 */
public enum TransformerArch {
  /** 5.9 million parameters with a distillation token. */
  @JsonProperty("deit-tiny")
  DEIT_TINY(192, 12, 3, 768),
  /** 22.4 million parameters with a distillation token. */
  @JsonProperty("deit-small")
  DEIT_SMALL(384, 12, 6, 1536),
  /** 87.3 million parameters with a distillation token. */
  @JsonProperty("deit-base")
  DEIT_BASE(768, 12, 12, 3072);

  private final int embedDims;
  private final int numLayers;
  private final int numHeads;
  private final int feedforwardChannels;

  TransformerArch(int embedDims, int numLayers, int numHeads, int feedforwardChannels) {
    this.embedDims = embedDims;
    this.numLayers = numLayers;
    this.numHeads = numHeads;
    this.feedforwardChannels = feedforwardChannels;
  }

  /** Its numbers. */
  public Size size() {
    return new Size(embedDims, numLayers, numHeads, feedforwardChannels);
  }

  /**
   * The numbers of a transformer.
   *
   * @param embedDims channels of a token
   * @param numLayers blocks of attention and feed-forward
   * @param numHeads heads of an attention; divides the channels
   * @param feedforwardChannels channels between the two layers of a feed-forward
   */
  public record Size(int embedDims, int numLayers, int numHeads, int feedforwardChannels) {}
}
