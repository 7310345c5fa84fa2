package io.limbeck.spark.monitor;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.Stream;
import org.apache.spark.scheduler.SparkListenerEvent;
import org.apache.spark.util.JsonProtocol;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class DistillationEventTest {
  static Stream<DistillationEvent> events() {
    return Stream.of(
        Rounds.started(1),
        new DistillationEvent.RoundDone(1, 2000, Rounds.round(3, 64, 0.125)),
        new DistillationEvent.EpochDone(1, 3000, Rounds.epoch(2)),
        Rounds.done(1));
  }

  /** As Spark writes its event log and the history server reads it. */
  @ParameterizedTest
  @MethodSource("events")
  void eventLog_givesBackWhatWasWritten(DistillationEvent event) {
    String line = JsonProtocol.sparkEventToJsonString(event);
    assertThat(line)
        .startsWith("{\"Event\":\"" + event.getClass().getName() + "\"")
        .doesNotContain("\n");
    SparkListenerEvent read = JsonProtocol.sparkEventFromJson(line);
    assertThat(read).isEqualTo(event);
  }
}
