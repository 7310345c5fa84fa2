package io.limbeck.core.distiller;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class WeightScheduleTest {
  private static void assertAt(WeightSchedule schedule, double epoch, double factor) {
    assertThat(schedule.at(epoch)).isCloseTo(factor, within(1e-12));
  }

  @ParameterizedTest
  @CsvSource({"0, 0.2", "2, 0.2", "3, 0.4", "6, 1", "9, 1"})
  void linear(double epoch, double factor) {
    assertAt(new WeightSchedule.Linear(0, 0.2, 1, 2, 6), epoch, factor);
  }

  @ParameterizedTest
  @CsvSource({"0, 1", "2, 0.55", "4, 0.1", "8, 0.1"})
  void cosine(double epoch, double factor) {
    assertAt(new WeightSchedule.Cosine(0, 0.1, 0, 4), epoch, factor);
  }

  @ParameterizedTest
  @CsvSource({"0, 1", "2.99, 1", "3, 0.5", "5, 0.25"})
  void multiStep(double epoch, double factor) {
    assertAt(new WeightSchedule.MultiStep(0, List.of(3.0, 5.0), 0.5), epoch, factor);
  }

  @ParameterizedTest
  @CsvSource({"0, 0", "1, 0.5", "2, 1", "7, 1"})
  void warmup(double epoch, double factor) {
    assertAt(new WeightSchedule.Constant(2), epoch, factor);
  }
}
