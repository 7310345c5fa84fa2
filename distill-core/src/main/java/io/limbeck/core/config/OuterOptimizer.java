package io.limbeck.core.config;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import io.limbeck.core.schema.Key;
import java.io.Serializable;

/**
 * What the driver makes of a round's mean. With {@code x} where the round started and {@code m} the
 * mean of where the partitions ended, {@code d = x - m} takes the place of a gradient. BatchNorm's
 * running statistics, which no gradient moves, are always the mean.
 */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
@JsonSubTypes({
  @JsonSubTypes.Type(value = OuterOptimizer.None.class, name = "None"),
  @JsonSubTypes.Type(value = OuterOptimizer.Nesterov.class, name = "Nesterov"),
  @JsonSubTypes.Type(value = OuterOptimizer.SlowMo.class, name = "SlowMo")
})
public sealed interface OuterOptimizer extends Serializable {
  /** The mean is where the next round starts. */
  record None() implements OuterOptimizer {}

  /**
   * Nesterov momentum: {@code v = momentum * v + d; x = x - learning_rate * (d + momentum * v)}.
   *
   * <p>Source: A. Douillard et al., "DiLoCo: Distributed Low-Communication Training of Language
   * Models", 2023, arXiv:2311.08105, algorithm 1.
   *
   * @param learningRate of the outer step; 1 with momentum 0 is the plain mean
   * @param momentum share of the last outer step that is kept
   */
  record Nesterov(
      @Key(value = "Learning rate of the outer step", def = "0.7", above = 0) double learningRate,
      @Key(value = "Share of the last outer step that is kept", def = "0.9", min = 0, max = 1)
          double momentum)
      implements OuterOptimizer {}

  /**
   * Slow momentum, in units of the inner learning rate {@code g}: {@code u = momentum * u + d / g;
   * x = x - learning_rate * g * u}.
   *
   * <p>Source: J. Wang, V. Tantia, N. Ballas, M. Rabbat, "SlowMo: Improving Communication-Efficient
   * Distributed SGD with Slow Momentum", ICLR 2020, arXiv:1910.00643, algorithm 1.
   *
   * @param learningRate of the outer step; 1 with momentum 0 is the plain mean
   * @param momentum share of the last outer step that is kept
   */
  record SlowMo(
      @Key(value = "Learning rate of the outer step", def = "1.0", above = 0) double learningRate,
      @Key(value = "Share of the last outer step that is kept", def = "0.5", min = 0, max = 1)
          double momentum)
      implements OuterOptimizer {}
}
