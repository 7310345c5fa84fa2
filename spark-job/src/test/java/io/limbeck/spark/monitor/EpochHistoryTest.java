package io.limbeck.spark.monitor;

import static org.assertj.core.api.Assertions.assertThat;

import io.limbeck.spark.report.EpochRecord;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class EpochHistoryTest {
  private final EpochHistory history = new EpochHistory();

  @Test
  void noneYet_areNone() {
    assertThat(history.epochs()).isEmpty();
    assertThat(history.count()).isZero();
  }

  @Test
  void fewEpochs_areKeptAsTheyAre() {
    add(1, RoundHistory.CAPACITY);
    assertThat(numbers())
        .isEqualTo(IntStream.rangeClosed(1, RoundHistory.CAPACITY).boxed().toList());
    assertThat(history.epochs().get(7)).isEqualTo(Rounds.epoch(8));
  }

  @Test
  void manyEpochs_takeBoundedRoom_evenlySpread_withTheFirstAndTheLatest() {
    for (int epoch = 1; epoch <= 10_000; epoch++) {
      history.add(Rounds.epoch(epoch));
      if (epoch % 97 == 0 || epoch < 1100) {
        List<Integer> numbers = numbers();
        assertThat(numbers.size()).isLessThanOrEqualTo(RoundHistory.CAPACITY + 1);
        assertThat(numbers.get(0)).isEqualTo(1);
        assertThat(numbers.get(numbers.size() - 1)).isEqualTo(epoch);
      }
    }
    List<Integer> numbers = numbers();
    assertThat(numbers.size()).isGreaterThan(RoundHistory.CAPACITY / 2);
    int stride = numbers.get(1) - numbers.get(0);
    assertThat(IntStream.range(1, numbers.size() - 1).map(i -> numbers.get(i) - numbers.get(i - 1)))
        .allMatch(each -> each == stride);
    assertThat(history.count()).isEqualTo(10_000);
  }

  private void add(int first, int last) {
    IntStream.rangeClosed(first, last).mapToObj(Rounds::epoch).forEach(history::add);
  }

  private List<Integer> numbers() {
    return history.epochs().stream().map(EpochRecord::epoch).toList();
  }
}
