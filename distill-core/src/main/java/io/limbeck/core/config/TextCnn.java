package io.limbeck.core.config;

import io.limbeck.core.error.UserException;
import io.limbeck.core.schema.Key;
import java.util.List;

/**
 * The convolutional network for sentences: learnt vectors of tokens, convolutions of several widths
 * over them, and of each filter the largest value.
 *
 * <p>Source: Y. Kim, "Convolutional Neural Networks for Sentence Classification", EMNLP 2014,
 * arXiv:1408.5882, section 2.
 *
 * @param vocabulary tokens that there are, from 0
 * @param embedding numbers of a token's vector
 * @param widths tokens that a convolution sees
 * @param channels filters of each width
 * @param dropout chance that a number before the last layer is left out in training
 * @param numClasses classes; null for those of the data
 */
public record TextCnn(
    @Key(value = "Tokens that there are, numbered from 0", min = 2) int vocabulary,
    @Key(value = "Numbers of a token's vector", def = "64", min = 1) int embedding,
    @Key(
            value = "Tokens that a convolution sees, one convolution for each entry",
            def = "[3, 4, 5]",
            minItems = 1)
        List<Integer> widths,
    @Key(value = "Filters of each width", def = "64", min = 1) int channels,
    @Key(
            value = "Chance that a number before the last layer is left out in training",
            def = "0.0",
            min = 0,
            max = 0.99)
        double dropout,
    @Key(value = "Number of classes; by default that of the data", optional = true, min = 1)
        Integer numClasses)
    implements ArchitectureConfig {
  /** Checks the widths. */
  public TextCnn {
    widths = List.copyOf(widths);
    for (int width : widths) {
      if (width < 1) {
        throw new UserException("'widths' is %s but every entry must be >= 1".formatted(widths));
      }
    }
    if (widths.stream().distinct().count() < widths.size()) {
      throw new UserException("'widths' is %s but its entries must differ".formatted(widths));
    }
  }
}
