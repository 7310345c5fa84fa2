package io.limbeck.benchmarks.peer;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/** The peer's side: a Python process that is told what to do, line by line. */
final class Torch implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final Process process;
  private final PrintWriter to;
  private final BufferedReader from;
  private final String version;

  /**
   * Starts it.
   *
   * @param python the interpreter
   * @param script the peer's program
   * @param threads that it may use
   */
  Torch(String python, Path script, int threads) throws IOException {
    this.process =
        new ProcessBuilder(python, script.toString(), String.valueOf(threads))
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    this.to = new PrintWriter(process.getOutputStream(), true, StandardCharsets.UTF_8);
    this.from =
        new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    this.version = answer().path("version").asText();
  }

  /** Which one it is. */
  String version() {
    return version;
  }

  /**
   * Makes a case ready.
   *
   * @param of the case
   * @return numbers that learn
   */
  long prepare(Case of) {
    Map<String, Object> command = new LinkedHashMap<>();
    command.put("work", of.work().label());
    command.put("student", of.student());
    command.put("teacher", of.teacher());
    command.put("batch", of.batch());
    command.put("channels", Zoo.CHANNELS);
    command.put("edge", Zoo.EDGE);
    command.put("classes", Zoo.CLASSES);
    return tell(command).path("parameters").asLong();
  }

  /** The work once, in milliseconds. */
  double milliseconds() {
    return tell(Map.of("work", "run")).path("ms").asDouble();
  }

  private JsonNode tell(Map<String, Object> command) {
    try {
      to.println(JSON.writeValueAsString(command));
      return answer();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private JsonNode answer() throws IOException {
    String line = from.readLine();
    if (line == null) {
      throw new IllegalStateException("PyTorch's side has ended: is python3-torch installed?");
    }
    return JSON.readTree(line);
  }

  @Override
  public void close() {
    to.close();
    process.destroy();
  }
}
