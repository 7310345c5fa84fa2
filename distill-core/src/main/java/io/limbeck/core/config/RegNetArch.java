package io.limbeck.core.config;

import com.fasterxml.jackson.annotation.JsonProperty;

/**
 * The published members of the RegNet design spaces, under timm's names, whose digits are hundreds
 * of millions of multiply-adds.
 *
 * <p>Source: I. Radosavovic et al., "Designing Network Design Spaces", CVPR 2020, arXiv:2003.13678,
 * figures 15 and 16, with the unrounded numbers of the authors' configurations.
 */
public enum RegNetArch {
  @JsonProperty("regnetx_002")
  X_002(24, 36.44, 2.49, 8, 13, false),
  @JsonProperty("regnetx_004")
  X_004(24, 24.48, 2.54, 16, 22, false),
  @JsonProperty("regnetx_006")
  X_006(48, 36.97, 2.24, 24, 16, false),
  @JsonProperty("regnetx_008")
  X_008(56, 35.73, 2.28, 16, 16, false),
  @JsonProperty("regnetx_016")
  X_016(80, 34.01, 2.25, 24, 18, false),
  @JsonProperty("regnetx_032")
  X_032(88, 26.31, 2.25, 48, 25, false),
  @JsonProperty("regnetx_040")
  X_040(96, 38.65, 2.43, 40, 23, false),
  @JsonProperty("regnetx_064")
  X_064(184, 60.83, 2.07, 56, 17, false),
  @JsonProperty("regnetx_080")
  X_080(80, 49.56, 2.88, 120, 23, false),
  @JsonProperty("regnetx_120")
  X_120(168, 73.36, 2.37, 112, 19, false),
  @JsonProperty("regnetx_160")
  X_160(216, 55.59, 2.1, 128, 22, false),
  @JsonProperty("regnetx_320")
  X_320(320, 69.86, 2.0, 168, 23, false),
  @JsonProperty("regnety_002")
  Y_002(24, 36.44, 2.49, 8, 13, true),
  @JsonProperty("regnety_004")
  Y_004(48, 27.89, 2.09, 8, 16, true),
  @JsonProperty("regnety_006")
  Y_006(48, 32.54, 2.32, 16, 15, true),
  @JsonProperty("regnety_008")
  Y_008(56, 38.84, 2.4, 16, 14, true),
  @JsonProperty("regnety_016")
  Y_016(48, 20.71, 2.65, 24, 27, true),
  @JsonProperty("regnety_032")
  Y_032(80, 42.63, 2.66, 24, 21, true),
  @JsonProperty("regnety_040")
  Y_040(96, 31.41, 2.24, 64, 22, true),
  @JsonProperty("regnety_064")
  Y_064(112, 33.22, 2.27, 72, 25, true),
  @JsonProperty("regnety_080")
  Y_080(192, 76.82, 2.19, 56, 17, true),
  @JsonProperty("regnety_120")
  Y_120(168, 73.36, 2.37, 112, 19, true),
  @JsonProperty("regnety_160")
  Y_160(200, 106.23, 2.48, 112, 18, true),
  @JsonProperty("regnety_320")
  Y_320(232, 115.89, 2.53, 232, 20, true);

  private final int w0;
  private final double wa;
  private final double wm;
  private final int groupWidth;
  private final int depth;
  private final boolean squeezes;

  RegNetArch(int w0, double wa, double wm, int groupWidth, int depth, boolean squeezes) {
    this.w0 = w0;
    this.wa = wa;
    this.wm = wm;
    this.groupWidth = groupWidth;
    this.depth = depth;
    this.squeezes = squeezes;
  }

  /** Its numbers. */
  public Size size() {
    return new Size(w0, wa, wm, groupWidth, depth, squeezes);
  }

  /**
   * The numbers of a RegNet.
   *
   * @param w0 width of the first block before quantisation
   * @param wa what each further block adds
   * @param wm ratio of the widths of neighbouring stages
   * @param groupWidth channels of a group
   * @param depth blocks
   * @param squeezes whether blocks squeeze and excite, as in RegNetY
   */
  public record Size(int w0, double wa, double wm, int groupWidth, int depth, boolean squeezes) {}
}
