package io.limbeck.spark.cli;

import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.spark.util.SignalUtils;

/**
 * Ctrl-C and the signal with which cluster managers end a process: the first one is a wish to stop
 * at the next good moment, the second one ends the process at once.
 */
final class StopSignals {
  /** What a shell reports of a process that a signal ended: 128 and the signal's number. */
  private static final int INTERRUPTED = 130;

  private static final int TERMINATED = 143;

  private final AtomicReference<String> received = new AtomicReference<>();

  private StopSignals() {}

  /** Listens from now on. */
  static StopSignals listen() {
    StopSignals signals = new StopSignals();
    for (String signal : List.of("INT", "TERM")) {
      SignalUtils.register(signal, () -> signals.takes(signal));
    }
    return signals;
  }

  /** Whether the signal's usual effect is held back. */
  private boolean takes(String signal) {
    boolean first = received.compareAndSet(null, signal);
    if (first) {
      System.err.println("stopping after this round; once more to stop at once");
    }
    return first;
  }

  /** Whether there was one. */
  boolean received() {
    return received.get() != null;
  }

  /** The process' exit code. */
  int exitCode() {
    return "INT".equals(received.get()) ? INTERRUPTED : TERMINATED;
  }
}
