package io.limbeck.core.loss;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.limbeck.core.error.UserException;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

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
  public double factor(long... shape) {
    return switch (this) {
      case SUM -> 1;
      case BATCH_MEAN -> 1.0 / shape[0];
      case MEAN, NONE -> 1.0 / Arrays.stream(shape).reduce(1, (a, b) -> a * b);
    };
  }

  /**
   * Refuses a reduction that a loss does not have.
   *
   * @param loss its name, for the message
   * @param allowed those that it has
   * @throws UserException naming them
   */
  public void requireOneOf(String loss, Reduction... allowed) {
    if (!List.of(allowed).contains(this)) {
      throw new UserException(
          "'reduction' of a %s is \"%s\" but must be one of %s"
              .formatted(
                  loss,
                  word(),
                  Arrays.stream(allowed).map(Reduction::word).collect(Collectors.joining(", "))));
    }
  }

  private String word() {
    return this == BATCH_MEAN ? "batchmean" : name().toLowerCase(Locale.ROOT);
  }
}
