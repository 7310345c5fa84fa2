package io.limbeck.spark.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;
import org.apache.spark.SparkException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MemoryShortageTest {
  private static final String HOW_MUCH = "; 'limbeck validate CONFIG' says how much is needed";

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          Lost task 0.3 in stage 2.0: java.lang.OutOfMemoryError: Java heap space | spark.executor.memory (
          ExecutorLostFailure (executor 2 exited) Reason: Command exited with code 52 | spark.executor.memory (
          Container from a bad node. Exit status: 52. | spark.executor.memory (
          The executor with id 1 exited with exit code 52(JVM OOM) | spark.executor.memory (
          The executor with id 1 exited with exit code 137(SIGKILL, possible container OOM). | memoryOverhead
          Container killed by YARN for exceeding physical memory limits. 1.5 GB used | memoryOverhead
          Cannot allocate new FloatPointer(9): totalBytes = 2G | spark.executor.extraJavaOptions (
          """)
  void whatSparkSays_isWhatToRaise(String text, String remedy) {
    Throwable aborted = new SparkException("Job aborted", new SparkException(text));
    assertThat(MemoryShortage.in(aborted, Optional.empty()))
        .get()
        .asString()
        .contains(remedy)
        .endsWith(HOW_MUCH);
  }

  @Test
  void whyExecutorsWereLost_explainsWhatSparkLacked() {
    Throwable lacked = new SparkException("Missing an output location for shuffle 0 partition 1");
    Optional<String> lost = Optional.of("Command exited with code 52");
    assertThat(MemoryShortage.in(lacked, lost)).get().asString().contains("the heap is full");
    assertThat(MemoryShortage.in(lacked, Optional.of("Remote RPC client disassociated"))).isEmpty();
    assertThat(MemoryShortage.in(new IllegalStateException("Another's failure"), lost)).isEmpty();
  }

  @Test
  void otherExits_areNoShortage() {
    for (String exit : List.of("Command exited with code 1", "exited with code 520")) {
      assertThat(MemoryShortage.in(new SparkException(exit), Optional.empty())).isEmpty();
    }
  }

  @Test
  void onTheDriver_itIsTheDriversHeap() {
    assertThat(MemoryShortage.here(new OutOfMemoryError("Java heap space")))
        .isEqualTo(
            "out of memory, the heap is full: lower 'averaging.workers', or raise --driver-memory"
                + HOW_MUCH);
    assertThat(
            MemoryShortage.here(
                new OutOfMemoryError("Cannot allocate new FloatPointer(9): totalBytes = 2G")))
        .contains("-Dorg.bytedeco.javacpp.maxbytes", " in spark.driver.extraJavaOptions and");
  }
}
