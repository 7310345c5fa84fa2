package io.limbeck.core.loss;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.Arrays;

/** How the elements of a loss become one number. */
public enum Reduction {
  /** The sum over everything, divided by the batch size only. */
  @JsonProperty("batchmean")
  BATCH_MEAN,
  /** The mean over all elements, classes included. */
  @JsonProperty("mean")
  MEAN,
  /** The sum over everything. */
  @JsonProperty("sum")
  SUM,
  /**
   * No reduction inside the loss; the training total takes the mean of what comes out, as the
   * reference's {@code parse_losses} does, so it trains like {@link #MEAN}.
   */
  @JsonProperty("none")
  NONE;

  /**
   * The factor that a sum over all elements is multiplied with.
   *
   * @param shape of the elements, batch first
   */
  double factor(long... shape) {
    return switch (this) {
      case SUM -> 1;
      case BATCH_MEAN -> 1.0 / shape[0];
      case MEAN, NONE -> 1.0 / Arrays.stream(shape).reduce(1, (a, b) -> a * b);
    };
  }
}
