package io.limbeck.spark.console;

import java.io.PrintStream;
import java.util.function.IntSupplier;

/**
 * Where a job says how it goes. On a terminal one line is written over again and again; a log gets
 * plain lines, and nothing that only a terminal understands.
 */
public final class Console {
  private static final String ESCAPE = "\u001b[";
  private static final String ERASE_LINE = "\r" + ESCAPE + "K";

  private final PrintStream out;
  private final boolean terminal;
  private final IntSupplier width;
  private final boolean colors;
  private boolean statusShown;

  private Console(PrintStream out, boolean terminal, IntSupplier width, boolean colors) {
    this.out = out;
    this.terminal = terminal;
    this.width = width;
    this.colors = colors;
  }

  /**
   * A log.
   *
   * @param out where lines go
   */
  public static Console log(PrintStream out) {
    return new Console(out, false, () -> Integer.MAX_VALUE, false);
  }

  /**
   * A terminal.
   *
   * @param out where lines go
   * @param width of the window in columns, asked for again and again
   * @param colors whether they are wanted
   */
  public static Console terminal(PrintStream out, IntSupplier width, boolean colors) {
    return new Console(out, true, width, colors);
  }

  /** Whether lines can be written over. */
  public boolean isTerminal() {
    return terminal;
  }

  /**
   * Writes a line, or several.
   *
   * @param text without the last line's end
   */
  public synchronized void line(String text) {
    clear();
    out.println(text);
  }

  /**
   * Writes a warning.
   *
   * @param text what to look at
   */
  public void warning(String text) {
    line(colored("33", "warning:") + " " + text);
  }

  /**
   * Writes a line that matters more than those around it.
   *
   * @param text the line
   */
  public void strong(String text) {
    line(colored("1", text));
  }

  /**
   * Writes how things stand: on a terminal over what was written so before, and no wider than it
   * is, as half of a line that is broken in two could not be written over.
   *
   * @param text one line
   */
  public synchronized void status(String text) {
    if (!terminal) {
      out.println(text);
      return;
    }
    int room = width.getAsInt() - 1;
    out.print(ERASE_LINE + (text.length() <= room ? text : text.substring(0, room - 1) + "…"));
    out.flush();
    statusShown = true;
  }

  /** Takes the line that is written over away, for what comes next. */
  public synchronized void clear() {
    if (statusShown) {
      out.print(ERASE_LINE);
      out.flush();
      statusShown = false;
    }
  }

  private String colored(String code, String text) {
    return colors ? ESCAPE + code + "m" + text + ESCAPE + "0m" : text;
  }
}
