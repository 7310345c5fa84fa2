package io.limbeck.dl4j.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.concurrent.atomic.AtomicIntegerArray;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class NativeThreadsTest {

  @ParameterizedTest
  @CsvSource({"1, 5", "3, 1", "3, 2", "3, 100", "2, 0"})
  void everyPiece_isDoneOnce(int threads, int pieces) {
    AtomicIntegerArray done = new AtomicIntegerArray(pieces);
    new NativeThreads(threads).forEach(pieces, done::incrementAndGet);
    for (int piece = 0; piece < pieces; piece++) {
      assertThat(done.get(piece)).as("piece " + piece).isEqualTo(1);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 3})
  void failures_areTheCallers(int threads) {
    assertThatThrownBy(
            () ->
                new NativeThreads(threads)
                    .forEach(
                        9,
                        piece -> {
                          if (piece == 4) {
                            throw new IllegalStateException("no piece 4");
                          }
                        }))
        .isInstanceOf(IllegalStateException.class)
        .hasStackTraceContaining("no piece 4");
  }
}
