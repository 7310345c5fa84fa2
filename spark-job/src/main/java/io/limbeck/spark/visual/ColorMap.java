package io.limbeck.spark.visual;

import java.awt.Color;

/** The colour of a number, between neighbouring entries of a short table. */
final class ColorMap {
  /** From 0, dark, to 1, bright: matplotlib's viridis. */
  static final ColorMap SEQUENTIAL =
      new ColorMap(0, 1, 0x440154, 0x414487, 0x2a788e, 0x22a884, 0x7ad151, 0xfde725);

  /** From -1, blue, through 0, white, to 1, red. */
  static final ColorMap DIVERGING =
      new ColorMap(-1, 1, 0x053061, 0x4393c3, 0xf7f7f7, 0xd6604d, 0x67001f);

  private final float from;
  private final float to;
  private final Color[] table;

  private ColorMap(float from, float to, int... table) {
    this.from = from;
    this.to = to;
    this.table = new Color[table.length];
    for (int i = 0; i < table.length; i++) {
      this.table[i] = new Color(table[i]);
    }
  }

  int rgb(float value) {
    float position = Math.max(0, Math.min(1, (value - from) / (to - from))) * (table.length - 1);
    int low = Math.min((int) position, table.length - 2);
    float part = position - low;
    Color a = table[low];
    Color b = table[low + 1];
    return new Color(
            mix(a.getRed(), b.getRed(), part),
            mix(a.getGreen(), b.getGreen(), part),
            mix(a.getBlue(), b.getBlue(), part))
        .getRGB();
  }

  private static int mix(int low, int high, float part) {
    return Math.round(low + part * (high - low));
  }
}
