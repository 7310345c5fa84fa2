package io.limbeck.benchmarks.engine;

import java.util.List;
import java.util.Locale;

/** Curves side by side as SVG, both axes logarithmic. */
final class CurvePicture {
  private static final int SIZE = 360;
  private static final int LEFT = 56;
  private static final int TOP = 34;
  private static final int BOTTOM = 36;
  private static final int WIDTH = SIZE - LEFT - 14;
  private static final int HEIGHT = SIZE - TOP - BOTTOM;

  private CurvePicture() {}

  static String svg(List<Growth.Curve> curves) {
    StringBuilder svg = new StringBuilder();
    svg.append(
        format(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" font-family=\"sans-serif\" font-size=\"11\">%n"
                + "<rect width=\"100%%\" height=\"100%%\" fill=\"white\"/>%n",
            SIZE * curves.size(), SIZE));
    for (int i = 0; i < curves.size(); i++) {
      svg.append(format("<g transform=\"translate(%d,0)\">%n", i * SIZE));
      draw(svg, curves.get(i));
      svg.append("</g>\n");
    }
    return svg.append("</svg>\n").toString();
  }

  private static void draw(StringBuilder svg, Growth.Curve curve) {
    Axis x = Axis.of(curve.x());
    Axis y = Axis.of(curve.y());
    svg.append(format("<text x=\"%d\" y=\"18\" font-weight=\"bold\">%s</text>%n", 8, curve.name()));
    for (int power = x.from; power <= x.to; power++) {
      double at = LEFT + WIDTH * x.share(Math.pow(10, power));
      svg.append(
          format(
              "<path d=\"M%.1f %dV%d\" stroke=\"#ddd\"/><text x=\"%.1f\" y=\"%d\" text-anchor=\"middle\">%s</text>%n",
              at, TOP, TOP + HEIGHT, at, TOP + HEIGHT + 16, power(power)));
    }
    for (int power = y.from; power <= y.to; power++) {
      double at = TOP + HEIGHT * (1 - y.share(Math.pow(10, power)));
      svg.append(
          format(
              "<path d=\"M%d %.1fH%d\" stroke=\"#ddd\"/><text x=\"%d\" y=\"%.1f\" text-anchor=\"end\">%s</text>%n",
              LEFT, at, LEFT + WIDTH, LEFT - 5, at + 4, power(power) + " " + curve.unit()));
    }
    StringBuilder path = new StringBuilder();
    for (int i = 0; i < curve.x().size(); i++) {
      double px = LEFT + WIDTH * x.share(curve.x().get(i));
      double py = TOP + HEIGHT * (1 - y.share(curve.y().get(i)));
      path.append(format("%s%.1f %.1f", i == 0 ? "M" : "L", px, py));
      svg.append(format("<circle cx=\"%.1f\" cy=\"%.1f\" r=\"3\" fill=\"#1f5fa8\"/>%n", px, py));
    }
    svg.append(
        format(
            "<path d=\"%s\" fill=\"none\" stroke=\"#1f5fa8\" stroke-width=\"1.5\"/>%n"
                + "<text x=\"%d\" y=\"%d\">exponent of the upper half %.2f</text>%n",
            path, LEFT + 8, TOP + 16, curve.exponent()));
  }

  private static String power(int exponent) {
    return exponent >= 0 && exponent < 4
        ? String.valueOf((int) Math.pow(10, exponent))
        : "1e" + exponent;
  }

  /** Whole powers of ten that enclose some values. */
  private record Axis(int from, int to) {
    static Axis of(List<Double> values) {
      double least = values.stream().mapToDouble(Double::doubleValue).min().orElseThrow();
      double most = values.stream().mapToDouble(Double::doubleValue).max().orElseThrow();
      int from = (int) Math.floor(Math.log10(least));
      return new Axis(from, Math.max(from + 1, (int) Math.ceil(Math.log10(most))));
    }

    double share(double value) {
      return (Math.log10(value) - from) / (to - from);
    }
  }

  private static String format(String pattern, Object... values) {
    return String.format(Locale.ROOT, pattern, values);
  }
}
