package io.limbeck.dl4j.connector;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import io.limbeck.core.schema.Key;
import java.io.Serializable;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.activations.impl.ActivationIdentity;
import org.nd4j.linalg.activations.impl.ActivationLReLU;
import org.nd4j.linalg.activations.impl.ActivationReLU;
import org.nd4j.linalg.activations.impl.ActivationReLU6;
import org.nd4j.linalg.activations.impl.ActivationSigmoid;
import org.nd4j.linalg.activations.impl.ActivationTanH;

/** What follows a convolution. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
@JsonSubTypes({
  @JsonSubTypes.Type(value = ActivationConfig.ReLU.class, name = "ReLU"),
  @JsonSubTypes.Type(value = ActivationConfig.LeakyReLU.class, name = "LeakyReLU"),
  @JsonSubTypes.Type(value = ActivationConfig.ReLU6.class, name = "ReLU6"),
  @JsonSubTypes.Type(value = ActivationConfig.Sigmoid.class, name = "Sigmoid"),
  @JsonSubTypes.Type(value = ActivationConfig.Tanh.class, name = "Tanh"),
  @JsonSubTypes.Type(value = ActivationConfig.None.class, name = "None")
})
public sealed interface ActivationConfig extends Serializable {
  /** The same as DL4J's. */
  IActivation function();

  /** {@code max(0, x)}. */
  record ReLU() implements ActivationConfig {
    @Override
    public IActivation function() {
      return new ActivationReLU();
    }
  }

  /**
   * {@code x}, or a small part of it below zero.
   *
   * @param negativeSlope the part
   */
  record LeakyReLU(@Key(value = "Slope below zero", def = "0.01", min = 0) double negativeSlope)
      implements ActivationConfig {
    @Override
    public IActivation function() {
      return new ActivationLReLU(negativeSlope);
    }
  }

  /** {@code min(6, max(0, x))}. */
  record ReLU6() implements ActivationConfig {
    @Override
    public IActivation function() {
      return new ActivationReLU6();
    }
  }

  /** {@code 1 / (1 + exp(-x))}. */
  record Sigmoid() implements ActivationConfig {
    @Override
    public IActivation function() {
      return new ActivationSigmoid();
    }
  }

  /** The hyperbolic tangent. */
  record Tanh() implements ActivationConfig {
    @Override
    public IActivation function() {
      return new ActivationTanH();
    }
  }

  /** Nothing. */
  record None() implements ActivationConfig {
    @Override
    public IActivation function() {
      return new ActivationIdentity();
    }
  }
}
