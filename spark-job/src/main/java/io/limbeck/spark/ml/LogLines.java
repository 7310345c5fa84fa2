package io.limbeck.spark.ml;

import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.slf4j.Logger;

/** Logs what is printed, line by line. */
final class LogLines extends OutputStream {
  private final Logger log;
  private final ByteArrayOutputStream line = new ByteArrayOutputStream();

  private LogLines(Logger log) {
    this.log = log;
  }

  /**
   * A stream whose lines go to a log.
   *
   * @param log as information
   */
  static PrintStream to(Logger log) {
    return new PrintStream(new LogLines(log), true, StandardCharsets.UTF_8);
  }

  @Override
  public void write(int value) {
    if (value != '\n') {
      line.write(value);
      return;
    }
    if (line.size() > 0) {
      log.info(line.toString(StandardCharsets.UTF_8));
    }
    line.reset();
  }
}
