package io.limbeck.benchmarks.peer;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.limbeck.benchmarks.ResidentMemory;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A side of the comparison: a process that is told what to do, line by line. All sides are
 * processes of their own, so that each one's memory can be told.
 */
final class Peer implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final Process process;
  private final PrintWriter to;
  private final BufferedReader from;
  private final String version;

  private Peer(ProcessBuilder command) throws IOException {
    this.process = command.redirectError(ProcessBuilder.Redirect.INHERIT).start();
    this.to = new PrintWriter(process.getOutputStream(), true, StandardCharsets.UTF_8);
    this.from =
        new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    this.version = answer().path("version").asText();
  }

  /** Limbeck, in a Java like this one. */
  static Peer limbeck() throws IOException {
    return limbeck(List.of());
  }

  /** The same on this core of the machine and no other. */
  static Peer limbeckOn(int core) throws IOException {
    return limbeck(List.of("taskset", "-c", String.valueOf(core)));
  }

  private static Peer limbeck(List<String> before) throws IOException {
    return java(
        before,
        System.getProperty("java.class.path"),
        LimbeckSteps.class.getName(),
        "-Dorg.bytedeco.javacpp.maxbytes=8g",
        "-Dorg.bytedeco.javacpp.maxphysicalbytes=12g");
  }

  /**
   * PyTorch in Python.
   *
   * @param python the interpreter
   * @param script the peer's program
   * @param threads that it may use
   */
  static Peer python(String python, Path script, int threads) throws IOException {
    return new Peer(new ProcessBuilder(python, script.toString(), String.valueOf(threads)));
  }

  /**
   * PyTorch in Java.
   *
   * @param folder of the module that has it, built
   * @param threads that it may use
   */
  static Peer djl(Path folder, int threads) throws IOException {
    return java(
        List.of(),
        folder.resolve("target/classes") + File.pathSeparator + folder.resolve("target/lib/*"),
        "io.limbeck.benchmarks.djl.DjlSteps",
        "-DDJL_CACHE_DIR=" + folder.resolve("target/djl"),
        "-Dai.djl.pytorch.num_threads=" + threads,
        "-Dai.djl.pytorch.num_interop_threads=1");
  }

  private static Peer java(List<String> before, String classPath, String main, String... options)
      throws IOException {
    List<String> command = new ArrayList<>(before);
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("-Xmx1g");
    command.addAll(List.of(options));
    command.addAll(List.of("-cp", classPath, main));
    ProcessBuilder builder = new ProcessBuilder(command);
    // DJL would tell its makers that it runs.
    builder.environment().put("OPT_OUT_TRACKING", "true");
    return new Peer(builder);
  }

  /** The most memory that it has had. */
  int peakMib() {
    return ResidentMemory.peakMib(process.pid());
  }

  /** Which release it is. */
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
    return tell(of.command()).path("parameters").asLong();
  }

  /**
   * Makes a case ready that another one has exported.
   *
   * @param of the case
   * @param folder where its modules lie
   */
  void prepare(Case of, Path folder) {
    Map<String, Object> command = new HashMap<>(of.command());
    command.put("folder", folder.toString());
    tell(command);
  }

  /** Writes the modules of the case that is ready. */
  void export(Path folder) {
    tell(Map.of("work", "export", "folder", folder.toString()));
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
      throw new IllegalStateException("A peer has ended: " + process.info().commandLine());
    }
    return JSON.readTree(line);
  }

  @Override
  public void close() {
    to.close();
    process.destroy();
  }
}
