package io.limbeck.benchmarks;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What a process has of the machine's memory, as Linux counts it. */
public final class ResidentMemory {
  private static final Pattern PEAK = Pattern.compile("VmHWM:\\s+(\\d+) kB");

  private ResidentMemory() {}

  /**
   * The most that it has had, in MiB.
   *
   * @param pid of the process
   * @return 0 where it has ended
   */
  public static int peakMib(long pid) {
    Matcher peak = PEAK.matcher(read(of(pid, "status")));
    return peak.find() ? Integer.parseInt(peak.group(1)) / 1024 : 0;
  }

  /** How it was started, whole, which Java tells only up to a length; empty where it has ended. */
  public static String commandLine(long pid) {
    return read(of(pid, "cmdline"));
  }

  private static Path of(long pid, String file) {
    return Path.of("/proc", String.valueOf(pid), file);
  }

  private static String read(Path file) {
    try {
      return Files.readString(file, StandardCharsets.ISO_8859_1);
    } catch (IOException e) {
      return "";
    }
  }
}
