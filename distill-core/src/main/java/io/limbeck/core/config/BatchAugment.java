package io.limbeck.core.config;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import io.limbeck.core.schema.Key;
import java.io.Serializable;

/** A way of mixing the examples of a training mini-batch with one another, labels included. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
@JsonSubTypes({
  @JsonSubTypes.Type(value = BatchAugment.Mixup.class, name = "Mixup"),
  @JsonSubTypes.Type(value = BatchAugment.CutMix.class, name = "CutMix")
})
public sealed interface BatchAugment extends Serializable {

  /** The part that stays of an example is drawn from {@code Beta(alpha, alpha)}. */
  double alpha();

  /** The chance that a mini-batch is mixed in this way. */
  double probability();

  /**
   * Weighted means of two examples: {@code lambda x_i + (1 - lambda) x_j}, labels alike.
   *
   * <p>Source: H. Zhang, M. Cisse, Y. Dauphin, D. Lopez-Paz, "mixup: Beyond Empirical Risk
   * Minimization", ICLR 2018, arXiv:1710.09412, section 2.
   *
   * @param alpha of the beta distribution of lambda
   * @param probability that a mini-batch is mixed in this way
   */
  record Mixup(
      @Key(value = "lambda is drawn from Beta(alpha, alpha)", def = "0.2", above = 0) double alpha,
      @Key(
              value = "Chance that a mini-batch is mixed in this way; at most 1 in all",
              def = "1.0",
              min = 0,
              max = 1)
          double probability)
      implements BatchAugment {}

  /**
   * A rectangle of another image in the place of the image's own; labels are mixed by area.
   *
   * <p>Source: S. Yun et al., "CutMix: Regularization Strategy to Train Strong Classifiers with
   * Localizable Features", ICCV 2019, arXiv:1905.04899, section 3.1.
   *
   * @param alpha of the beta distribution of the part that stays
   * @param probability that a mini-batch is mixed in this way
   */
  record CutMix(
      @Key(value = "The part that stays is drawn from Beta(alpha, alpha)", def = "1.0", above = 0)
          double alpha,
      @Key(
              value = "Chance that a mini-batch is mixed in this way; at most 1 in all",
              def = "1.0",
              min = 0,
              max = 1)
          double probability)
      implements BatchAugment {}
}
