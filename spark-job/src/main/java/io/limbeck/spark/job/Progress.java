package io.limbeck.spark.job;

import io.limbeck.spark.console.Console;
import io.limbeck.spark.round.RoundSummary;
import java.time.Duration;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * Tells how training goes: a line that is written over on a terminal, and in a log file a line
 * every few seconds.
 */
final class Progress {
  private static final Duration LOG_INTERVAL = Duration.ofSeconds(5);

  private final Console console;
  private final int epochsInAll;
  private final long started = System.nanoTime();
  private String title = "";
  private int epochsDone;
  private double before;
  private int epochsOfRun;
  private long lastLine;

  /**
   * Progress of several runs.
   *
   * @param console where to
   * @param epochsInAll epochs of all runs together, for the time left
   */
  Progress(Console console, int epochsInAll) {
    this.console = console;
    this.epochsInAll = epochsInAll;
  }

  /**
   * A run begins.
   *
   * @param name what it is
   * @param epochs of it
   * @param epochsBefore those that an earlier job did
   * @param partBefore of the next one
   */
  void run(String name, int epochs, int epochsBefore, double partBefore) {
    title = name;
    epochsOfRun = epochs;
    epochsDone += epochsBefore;
    // The time left is told by what this job itself has done.
    before += epochsBefore + partBefore;
    lastLine = 0;
  }

  /**
   * A round is done.
   *
   * @param round what it did
   */
  void round(RoundSummary round) {
    round.skipped().forEach(each -> console.warning("left out of the average: " + each));
    long now = System.nanoTime();
    boolean lastRound = round.round() + 1 == round.rounds();
    if (console.isTerminal() || lastLine == 0 || now - lastLine >= LOG_INTERVAL.toNanos()) {
      lastLine = now;
      console.status(line(round));
    }
    if (lastRound) {
      epochsDone++;
    }
  }

  private String line(RoundSummary round) {
    String losses =
        round.losses().entrySet().stream()
            .map(loss -> String.format(Locale.ROOT, "%s %.4f", loss.getKey(), loss.getValue()))
            .collect(Collectors.joining("  "));
    String teacher =
        round.teacherShare() > 0
            ? String.format(Locale.ROOT, "  teacher %.0f %%", 100 * round.teacherShare())
            : "";
    return String.format(
        Locale.ROOT,
        "%s  epoch %d/%d  round %d/%d  %s  %,.0f examples/s%s  %s left",
        title,
        round.epoch() + 1,
        epochsOfRun,
        round.round() + 1,
        round.rounds(),
        losses,
        round.examples() / round.seconds(),
        teacher,
        left(round));
  }

  private String left(RoundSummary round) {
    double done = epochsDone + (round.round() + 1.0) / round.rounds();
    double elapsed = (System.nanoTime() - started) / 1e9;
    long seconds = Math.round(elapsed * (epochsInAll - done) / (done - before));
    return String.format(Locale.ROOT, "%d:%02d", seconds / 60, seconds % 60);
  }

  /** Takes the line that is written over away, for what comes next. */
  void clear() {
    console.clear();
  }
}
