package io.limbeck.spark.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.limbeck.core.config.DataConfig.Contrast;
import io.limbeck.core.config.DataConfig.SampleMode;
import io.limbeck.core.error.UserException;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ContrastSamplerTest {
  private static final int[] LABELS = {0, 1, 2, 0, 1, 2, 0, 1, 1, 1};

  private static ContrastSampler sampler(int negatives, SampleMode mode, double percent) {
    return new ContrastSampler(new Contrast(negatives, mode, percent), LABELS, 3, 7);
  }

  private static List<Integer> negatives(int[] compared) {
    return IntStream.of(compared).skip(1).boxed().toList();
  }

  @Test
  void negatives_areOfOtherClasses_eachOnce() {
    int[] examples = IntStream.range(0, LABELS.length).toArray();
    int[][] compared = sampler(5, SampleMode.EXACT, 1).draw(examples, 0);
    for (int example : examples) {
      assertThat(compared[example][0]).isEqualTo(example);
      assertThat(negatives(compared[example]))
          .hasSize(5)
          .doesNotHaveDuplicates()
          .allMatch(other -> LABELS[other] != LABELS[example]);
    }
  }

  @Test
  void allNegatives_areDrawnEquallyOften() {
    int[] times = new int[LABELS.length];
    ContrastSampler sampler = sampler(2, SampleMode.EXACT, 1);
    for (int epoch = 0; epoch < 7000; epoch++) {
      for (int other : negatives(sampler.draw(new int[] {0}, epoch)[0])) {
        times[other]++;
      }
    }
    for (int example = 0; example < LABELS.length; example++) {
      if (LABELS[example] == 0) {
        assertThat(times[example]).isZero();
      } else {
        // Two of seven; five standard deviations.
        assertThat(times[example]).isBetween(1810, 2190);
      }
    }
  }

  @Test
  void moreThanThereAre_repeat() {
    List<Integer> negatives = negatives(sampler(50, SampleMode.EXACT, 1).draw(new int[] {4}, 0)[0]);
    assertThat(negatives).hasSize(50).allMatch(other -> LABELS[other] != 1);
  }

  @Test
  void positive_isAnyOfItsClass() {
    ContrastSampler sampler = sampler(1, SampleMode.RANDOM, 1);
    Set<Integer> positives = new HashSet<>();
    for (int epoch = 0; epoch < 100; epoch++) {
      positives.add(sampler.draw(new int[] {3}, epoch)[0][0]);
    }
    assertThat(positives).containsExactlyInAnyOrder(0, 3, 6);
  }

  @Test
  void draw_dependsOnExampleAndEpochAlone() {
    ContrastSampler sampler = sampler(3, SampleMode.RANDOM, 1);
    int[] alone = sampler.draw(new int[] {4}, 2)[0];
    assertThat(sampler.draw(new int[] {1, 4}, 2)[1]).isEqualTo(alone);
    assertThat(sampler(3, SampleMode.RANDOM, 1).draw(new int[] {4}, 2)[0]).isEqualTo(alone);
    assertThat(sampler.draw(new int[] {4}, 3)[0]).isNotEqualTo(alone);
  }

  @Test
  void percent_limitsWhoMayBeANegative() {
    Set<Integer> seen = new HashSet<>();
    ContrastSampler sampler = sampler(20, SampleMode.EXACT, 0.6);
    for (int example = 0; example < LABELS.length; example++) {
      seen.addAll(negatives(sampler.draw(new int[] {example}, 0)[0]));
    }
    assertThat(seen).hasSizeLessThanOrEqualTo(6);
  }

  @Test
  void oneClass_isRefused() {
    assertThatThrownBy(
            () ->
                new ContrastSampler(
                    new Contrast(3, SampleMode.EXACT, 1), new int[] {1, 1, 1}, 2, 1))
        .isInstanceOf(UserException.class)
        .hasMessage(
            "'data.contrast': the 3 examples of class 1 have no example of another class to be compared with");
  }
}
