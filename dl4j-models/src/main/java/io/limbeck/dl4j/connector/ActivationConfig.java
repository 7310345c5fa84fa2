package io.limbeck.dl4j.connector;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import io.limbeck.core.schema.Key;
import io.limbeck.core.schema.NoEffect;
import java.io.Serializable;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.activations.impl.ActivationELU;
import org.nd4j.linalg.activations.impl.ActivationIdentity;
import org.nd4j.linalg.activations.impl.ActivationLReLU;
import org.nd4j.linalg.activations.impl.ActivationMish;
import org.nd4j.linalg.activations.impl.ActivationReLU;
import org.nd4j.linalg.activations.impl.ActivationReLU6;
import org.nd4j.linalg.activations.impl.ActivationSigmoid;
import org.nd4j.linalg.activations.impl.ActivationSwish;
import org.nd4j.linalg.activations.impl.ActivationTanH;

/** What follows a convolution. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
@JsonSubTypes({
  @JsonSubTypes.Type(value = ActivationConfig.ReLU.class, name = "ReLU"),
  @JsonSubTypes.Type(value = ActivationConfig.LeakyReLU.class, name = "LeakyReLU"),
  @JsonSubTypes.Type(value = ActivationConfig.ReLU6.class, name = "ReLU6"),
  @JsonSubTypes.Type(value = ActivationConfig.ELU.class, name = "ELU"),
  @JsonSubTypes.Type(value = ActivationConfig.SiLU.class, name = "SiLU"),
  @JsonSubTypes.Type(value = ActivationConfig.SiLU.class, name = "Swish"),
  @JsonSubTypes.Type(value = ActivationConfig.Mish.class, name = "Mish"),
  @JsonSubTypes.Type(value = ActivationConfig.Sigmoid.class, name = "Sigmoid"),
  @JsonSubTypes.Type(value = ActivationConfig.Tanh.class, name = "Tanh"),
  @JsonSubTypes.Type(value = ActivationConfig.None.class, name = "None")
})
@NoEffect(
    key = "inplace",
    allowed = "[true, false]",
    why = "recorded arrays are never written over")
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

  /** {@code x}, or {@code exp(x) - 1} below zero. */
  @NoEffect(
      key = "alpha",
      allowed = "[1.0]",
      why = "DL4J has the right gradient for this limit below zero only")
  record ELU() implements ActivationConfig {
    @Override
    public IActivation function() {
      return new ActivationELU();
    }
  }

  /** {@code x sigmoid(x)}. */
  record SiLU() implements ActivationConfig {
    @Override
    public IActivation function() {
      return new ActivationSwish();
    }
  }

  /** {@code x tanh(log(1 + exp(x)))}. */
  record Mish() implements ActivationConfig {
    @Override
    public IActivation function() {
      return new ActivationMish();
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
