package io.limbeck.spark.console;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class ConsoleTest {
  private static final String OVER = "\r\u001b[K";

  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
  private final PrintStream out = new PrintStream(bytes, true, StandardCharsets.UTF_8);

  private String written() {
    return bytes.toString(StandardCharsets.UTF_8).replace(System.lineSeparator(), "\n");
  }

  @Test
  void log_hasPlainLinesOnly() {
    Console console = Console.log(out);
    console.status("round 1");
    console.line("something");
    console.warning("look");
    console.strong("result");
    console.status("round 2");
    console.clear();
    assertThat(written()).isEqualTo("round 1\nsomething\nwarning: look\nresult\nround 2\n");
  }

  @Test
  void terminal_statusIsWrittenOver_linesStay() {
    Console console = Console.terminal(out, () -> 80, false);
    console.status("round 1");
    console.status("round 2");
    console.line("something");
    console.line("else");
    console.status("round 3");
    console.clear();
    console.clear();
    assertThat(written())
        .isEqualTo(
            OVER
                + "round 1"
                + OVER
                + "round 2"
                + OVER
                + "something\nelse\n"
                + OVER
                + "round 3"
                + OVER);
  }

  /** A line that is broken in two cannot be written over; one as wide as the window is. */
  @Test
  void terminal_statusIsNarrowerThanTheWindow() {
    int[] width = {12};
    Console console = Console.terminal(out, () -> width[0], false);
    console.status("round 1 of 2");
    width[0] = 13;
    console.status("round 1 of 2");
    assertThat(written()).isEqualTo(OVER + "round 1 of…" + OVER + "round 1 of 2");
  }

  @Test
  void colors_whereTheyAreWanted() {
    Console console = Console.terminal(out, () -> 80, true);
    console.warning("look");
    console.strong("result");
    assertThat(written()).isEqualTo("\u001b[33mwarning:\u001b[0m look\n\u001b[1mresult\u001b[0m\n");
  }
}
