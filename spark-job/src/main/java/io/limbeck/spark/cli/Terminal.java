package io.limbeck.spark.cli;

import io.limbeck.spark.console.Console;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** What standard output and standard error are: a terminal, or a file or another program. */
final class Terminal {
  private static final int STANDARD_OUTPUT = 1;
  private static final int STANDARD_ERROR = 2;
  private static final int USUAL_WIDTH = 80;
  private static final int NARROWEST = 20;
  private static final Duration WIDTH_HOLDS = Duration.ofSeconds(2);

  private long asked = System.nanoTime() - WIDTH_HOLDS.toNanos();
  private int width = USUAL_WIDTH;

  private Terminal() {}

  /** Where commands say how they go. */
  static Console console() {
    PrintStream out = System.out;
    return isTerminal(STANDARD_OUTPUT)
        ? Console.terminal(out, new Terminal()::width, wantsColors())
        : Console.log(out);
  }

  /** The word before a mistake, in red where that can be seen. */
  static String error() {
    return isTerminal(STANDARD_ERROR) && wantsColors() ? "\u001b[1;31merror:\u001b[0m" : "error:";
  }

  /**
   * Java's own console tells only of input and output together. On Linux a process sees what its
   * streams are.
   */
  private static boolean isTerminal(int descriptor) {
    try {
      String stream = Files.readSymbolicLink(Path.of("/proc/self/fd/" + descriptor)).toString();
      boolean isDevice = stream.startsWith("/dev/pts/") || stream.startsWith("/dev/tty");
      return isDevice && !"dumb".equals(System.getenv("TERM"));
    } catch (IOException | UnsupportedOperationException e) {
      return false;
    }
  }

  /** As <a href="https://no-color.org">no-color.org</a> asks for. */
  private static boolean wantsColors() {
    String no = System.getenv("NO_COLOR");
    return no == null || no.isEmpty();
  }

  /** Windows change; asking takes a process of its own. */
  private synchronized int width() {
    if (System.nanoTime() - asked >= WIDTH_HOLDS.toNanos()) {
      asked = System.nanoTime();
      width = Math.max(NARROWEST, ask());
    }
    return width;
  }

  private static int ask() {
    try {
      Process process =
          new ProcessBuilder("stty", "size")
              .redirectInput(Path.of("/dev/tty").toFile())
              .redirectError(ProcessBuilder.Redirect.DISCARD)
              .start();
      String size =
          new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
      process.waitFor(1, TimeUnit.SECONDS);
      return size.matches("\\d+ [1-9]\\d*")
          ? Integer.parseInt(size.substring(size.indexOf(" ") + 1))
          : USUAL_WIDTH;
    } catch (IOException e) {
      return USUAL_WIDTH;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return USUAL_WIDTH;
    }
  }
}
