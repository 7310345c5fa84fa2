package io.limbeck.dl4j.graph;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.layers.normalization.BatchNormalization;
import org.deeplearning4j.nn.params.BatchNormalizationParamInitializer;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Where each parameter of a network lies in its flat vector. Two graphs with the same layers may
 * order them differently, so vectors pass from one to the other by name.
 *
 * @param segments in the order of the vector, without gaps
 */
public record ParameterLayout(List<Segment> segments) implements Serializable {
  /** Copies the list. */
  public ParameterLayout {
    segments = List.copyOf(segments);
  }

  /**
   * A parameter's place.
   *
   * @param name {@code vertex/parameter}
   * @param offset its first element
   * @param length its elements
   * @param statistic whether it is a running statistic of BatchNorm, moved by the data and not by a
   *     gradient
   */
  public record Segment(String name, int offset, int length, boolean statistic)
      implements Serializable {}

  /**
   * The layout of a network.
   *
   * @param network initialised
   */
  public static ParameterLayout of(ComputationGraph network) {
    List<Segment> segments = new ArrayList<>();
    if (network.numParams() == 0) {
      return new ParameterLayout(segments);
    }
    long start = network.params().offset();
    for (Layer layer : network.getLayers()) {
      String vertex = layer.conf().getLayer().getLayerName();
      boolean normalization = layer instanceof BatchNormalization;
      for (Map.Entry<String, INDArray> entry : layer.paramTable(false).entrySet()) {
        INDArray view = entry.getValue();
        segments.add(
            new Segment(
                vertex + "/" + entry.getKey(),
                Math.toIntExact(view.offset() - start),
                Math.toIntExact(view.length()),
                normalization && isStatistic(entry.getKey())));
      }
    }
    segments.sort((a, b) -> Integer.compare(a.offset(), b.offset()));
    return new ParameterLayout(segments);
  }

  /**
   * The same parameters as those of one of several networks in a joined graph.
   *
   * @param network its name; empty for one that keeps its names
   */
  public ParameterLayout named(String network) {
    String prefix = JoinedGraph.prefix(network);
    return new ParameterLayout(
        segments.stream()
            .map(
                each ->
                    new Segment(
                        prefix + each.name(), each.offset(), each.length(), each.statistic()))
            .toList());
  }

  /** Elements of the vector. */
  public int length() {
    return segments.stream().mapToInt(Segment::length).sum();
  }

  /**
   * Which elements are running statistics of BatchNorm.
   *
   * @param offset of this layout in a longer vector
   */
  public BitSet statistics(int offset) {
    BitSet statistics = new BitSet();
    segments.stream()
        .filter(Segment::statistic)
        .forEach(
            segment ->
                statistics.set(
                    offset + segment.offset(), offset + segment.offset() + segment.length()));
    return statistics;
  }

  /**
   * Reorders a vector of this layout into another.
   *
   * @param vector of this layout; what lies behind it is left out
   * @param target a layout of the same parameters or some of them
   * @return a new vector
   * @throws IllegalArgumentException when one of the target's is not here, or of another size
   */
  public float[] convert(float[] vector, ParameterLayout target) {
    if (equals(target)) {
      return Arrays.copyOf(vector, length());
    }
    Map<String, Segment> own =
        segments.stream().collect(Collectors.toMap(Segment::name, Function.identity()));
    float[] converted = new float[target.length()];
    for (Segment to : target.segments) {
      Segment from = own.get(to.name());
      if (from == null || from.length() != to.length()) {
        throw new IllegalArgumentException(
            "Parameter '" + to.name() + "' is not the same in both networks");
      }
      System.arraycopy(vector, from.offset(), converted, to.offset(), to.length());
    }
    return converted;
  }

  /**
   * Writes a vector of this layout over the parameters of the same names in another.
   *
   * @param vector of this layout
   * @param target a layout that has all of this one's parameters
   * @param base a vector of the target's layout
   * @return a new vector of the target's layout
   */
  public float[] over(float[] vector, ParameterLayout target, float[] base) {
    Map<String, Segment> places =
        target.segments.stream().collect(Collectors.toMap(Segment::name, Function.identity()));
    float[] result = base.clone();
    for (Segment from : segments) {
      Segment to = places.get(from.name());
      if (to == null || from.length() != to.length()) {
        throw new IllegalArgumentException(
            "Parameter '" + from.name() + "' is not the same in both networks");
      }
      System.arraycopy(vector, from.offset(), result, to.offset(), to.length());
    }
    return result;
  }

  /**
   * The parameters of a vector that begin with one of some words, as arrays.
   *
   * @param vector of this layout
   * @param prefixes the words
   * @return flat arrays by full name
   */
  public Map<String, float[]> select(float[] vector, List<String> prefixes) {
    Map<String, float[]> selected = new LinkedHashMap<>();
    for (Segment segment : segments) {
      if (prefixes.stream().anyMatch(segment.name()::startsWith)) {
        selected.put(
            segment.name(),
            Arrays.copyOfRange(vector, segment.offset(), segment.offset() + segment.length()));
      }
    }
    return selected;
  }

  /**
   * Writes parameters into a vector, those that this layout has.
   *
   * @param values flat arrays by full name
   * @param vector of this layout, which is changed
   * @throws IllegalArgumentException when one has another length
   */
  public void write(Map<String, float[]> values, float[] vector) {
    for (Segment segment : segments) {
      float[] value = values.get(segment.name());
      if (value != null) {
        if (value.length != segment.length()) {
          throw new IllegalArgumentException(
              "Parameter '%s' has %d numbers but %d were given"
                  .formatted(segment.name(), segment.length(), value.length));
        }
        System.arraycopy(value, 0, vector, segment.offset(), value.length);
      }
    }
  }

  private static boolean isStatistic(String parameter) {
    return BatchNormalizationParamInitializer.GLOBAL_MEAN.equals(parameter)
        || BatchNormalizationParamInitializer.GLOBAL_VAR.equals(parameter)
        || BatchNormalizationParamInitializer.GLOBAL_LOG_STD.equals(parameter);
  }
}
