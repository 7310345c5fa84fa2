package io.limbeck.core.loss;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.ndarray.INDArray;

/** The graphs of {@link SameDiffLoss}es, kept for each thread: SameDiff is not made for several. */
final class SameDiffGraphs {
  private static final int KEPT = 16;
  private static final ThreadLocal<Map<Key, Defined>> GRAPHS =
      ThreadLocal.withInitial(
          () ->
              new LinkedHashMap<>(16, 0.75f, true) {
                @Override
                protected boolean removeEldestEntry(Map.Entry<Key, Defined> eldest) {
                  return size() > KEPT;
                }
              });

  private SameDiffGraphs() {}

  private record Key(SameDiffLoss loss, String shapes) {}

  /**
   * A defined loss.
   *
   * @param graph holds it
   * @param output the scalar's name
   * @param variables the arguments that it can be differentiated by; the others are placeholders
   */
  record Defined(SameDiff graph, String output, Set<String> variables) {

    double loss(Map<String, INDArray> values) {
      return graph.output(placeholders(values), output).get(output).getDouble(0);
    }

    /** New arrays. */
    Map<String, INDArray> gradients(Map<String, INDArray> values, List<String> wanted) {
      Map<String, INDArray> gradients = new LinkedHashMap<>();
      if (!wanted.isEmpty()) {
        graph
            .calculateGradients(placeholders(values), wanted)
            .forEach((name, gradient) -> gradients.put(name, gradient.dup()));
      }
      return gradients;
    }

    /** Gives variables their values, and returns those of the placeholders. */
    private Map<String, INDArray> placeholders(Map<String, INDArray> values) {
      Map<String, INDArray> rest = new LinkedHashMap<>();
      values.forEach(
          (name, value) -> {
            if (variables.contains(name)) {
              graph.getVariable(name).setArray(value);
            } else {
              rest.put(name, value);
            }
          });
      return rest;
    }
  }

  static Defined of(SameDiffLoss loss, Map<String, INDArray> values) {
    String shapes =
        values.entrySet().stream()
            .map(
                entry ->
                    entry.getKey()
                        + entry.getValue().dataType()
                        + Arrays.toString(entry.getValue().shape()))
            .collect(Collectors.joining());
    return GRAPHS.get().computeIfAbsent(new Key(loss, shapes), key -> define(loss, values));
  }

  /** SameDiff differentiates by variables only, so what may want a gradient is one. */
  private static Defined define(SameDiffLoss loss, Map<String, INDArray> values) {
    SameDiff graph = SameDiff.create();
    Set<String> variables =
        loss.arguments().stream()
            .filter(argument -> argument.differentiable() && values.containsKey(argument.name()))
            .map(LossArgument::name)
            .collect(Collectors.toSet());
    Map<String, SDVariable> arguments = new LinkedHashMap<>();
    values.forEach(
        (name, value) ->
            arguments.put(
                name,
                variables.contains(name)
                    ? graph.var(name, value.dup())
                    : graph.placeHolder(name, value.dataType(), value.shape())));
    SDVariable output = loss.define(graph, arguments);
    graph.setLossVariables(output);
    return new Defined(graph, output.name(), variables);
  }
}
