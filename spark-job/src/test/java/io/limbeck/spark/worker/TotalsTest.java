package io.limbeck.spark.worker;

import static org.assertj.core.api.Assertions.assertThat;

import io.limbeck.spark.TestSpark;
import io.limbeck.spark.averaging.Learnt;
import io.limbeck.spark.precision.FloatArray;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class TotalsTest {
  private static WorkerResult result(int partition) {
    return new WorkerResult(
        partition,
        10,
        Learnt.NOTHING,
        FloatArray.empty(),
        List.of(),
        Map.of(),
        new TaskMeasures("1", "", 5_000_000, 2_000_000, 4, 0),
        null);
  }

  @Test
  void tasks_addTheirSharesOnTheDriver() {
    Totals totals = Totals.of(TestSpark.context().sc());
    TestSpark.context()
        .parallelize(IntStream.range(0, 7).boxed().toList(), 7)
        .foreach(partition -> totals.add(result(partition)));
    assertThat(totals.examples().value()).isEqualTo(70);
    assertThat(totals.cachedExamples().value()).isEqualTo(28);
    assertThat(totals.stepMillis().value()).isEqualTo(35);
    assertThat(totals.teacherMillis().value()).isEqualTo(14);
    assertThat(totals.examples().name().get()).isEqualTo("examples learnt from");
  }
}
