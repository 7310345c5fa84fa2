package io.limbeck.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** Runs commands in the project's folder, as somebody who follows a page does. */
final class Shell {
  private static final int PATIENCE_MINUTES = 3;

  private final Map<String, String> environment;

  Shell(Map<String, String> environment) {
    Map<String, String> all =
        new TreeMap<>(
            Map.of(
                "SPARK_HOME", Project.SPARK_HOME.toString(),
                "SPARK_SCALA_VERSION", "2.12",
                "SPARK_LOCAL_IP", "127.0.0.1",
                // No archive of classes for a few starts.
                "LIMBECK_CLASSES", ""));
    all.putAll(environment);
    this.environment = all;
  }

  /** The same with more variables. */
  Shell with(Map<String, String> more) {
    Map<String, String> all = new TreeMap<>(environment);
    all.putAll(more);
    return new Shell(all);
  }

  /** Starts a command whose output goes to a file. */
  Process start(String command, Path output) throws IOException {
    ProcessBuilder builder =
        new ProcessBuilder("bash", "-c", "set -euo pipefail\n" + command)
            .directory(Project.ROOT.toFile())
            .redirectErrorStream(true)
            .redirectOutput(output.toFile());
    builder.environment().putAll(environment);
    return builder.start();
  }

  /** Runs a command that must succeed, and returns what it printed. */
  String run(Readme.Command command) throws IOException, InterruptedException {
    Path output = Files.createTempFile("command", ".log");
    Process process = start(command.text(), output);
    try {
      boolean done = process.waitFor(PATIENCE_MINUTES, TimeUnit.MINUTES);
      String said = Files.readString(output);
      assertThat(done).as("not done after minutes: %s%n%s", command.text(), said).isTrue();
      assertThat(process.exitValue()).as("%s%n%s", command.text(), said).isZero();
      return said;
    } finally {
      kill(process.toHandle());
      Files.delete(output);
    }
  }

  /** Whether a program is installed. */
  static boolean has(String program) {
    return Stream.of(System.getenv("PATH").split(File.pathSeparator))
        .anyMatch(folder -> Files.isExecutable(Path.of(folder, program)));
  }

  /** Ends a process and all that it started. */
  static void kill(ProcessHandle process) {
    process.descendants().forEach(ProcessHandle::destroyForcibly);
    process.destroyForcibly();
  }
}
