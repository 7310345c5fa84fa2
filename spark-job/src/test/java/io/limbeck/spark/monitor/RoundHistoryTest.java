package io.limbeck.spark.monitor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.api.Test;

class RoundHistoryTest {
  @Test
  void fewRounds_areKeptAsTheyAre() {
    RoundHistory history = new RoundHistory();
    for (int i = 0; i < 100; i++) {
      history.add(Rounds.round(i, 64, i));
    }
    List<RoundPoint> points = history.points();
    assertThat(points).hasSize(100).allMatch(point -> point.rounds() == 1);
    assertThat(points.get(7)).isEqualTo(RoundPoint.of(Rounds.round(7, 64, 7)));
  }

  @Test
  void manyRounds_takeBoundedRoom_andLoseNothingOfTheirSums() {
    RoundHistory history = new RoundHistory();
    int rounds = 100_003;
    double losses = 0;
    long examples = 0;
    for (int i = 0; i < rounds; i++) {
      long size = 1 + i % 7;
      history.add(Rounds.round(i, size, i));
      losses += size * (double) i;
      examples += size;
      if (i % 997 == 0) {
        assertThat(history.points().size()).isLessThanOrEqualTo(RoundHistory.CAPACITY);
      }
    }
    List<RoundPoint> points = history.points();
    assertThat(points.size()).isBetween(RoundHistory.CAPACITY / 2, RoundHistory.CAPACITY);
    assertThat(points.stream().mapToInt(RoundPoint::rounds).sum()).isEqualTo(rounds);
    assertThat(points.stream().mapToLong(RoundPoint::examples).sum()).isEqualTo(examples);
    assertThat(points.stream().mapToDouble(point -> point.times().total()).sum())
        .isCloseTo(rounds, within(1e-6));
    assertThat(
            points.stream()
                .mapToDouble(point -> point.examples() * point.losses().get("distill.loss_kl"))
                .sum())
        .isCloseTo(losses, within(losses * 1e-9));
    assertThat(points.get(points.size() - 1).step()).isEqualTo(5 * rounds);
    assertThat(points).isSortedAccordingTo((a, b) -> Integer.compare(a.step(), b.step()));
  }
}
