package io.limbeck.spark;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * Spark's own cluster manager: a master and workers as processes. Each worker has a loop-back
 * address of its own, as Spark never runs two copies of a task on one host.
 */
final class StandaloneCluster implements AutoCloseable {
  private final Path folder;
  private final String master;
  private final List<Process> processes = new ArrayList<>();

  StandaloneCluster(Path folder, int workers) throws IOException {
    this.folder = folder;
    int port;
    try (ServerSocket free = new ServerSocket(0)) {
      port = free.getLocalPort();
    }
    this.master = "spark://127.0.0.1:" + port;
    try {
      start(
          "I have been elected leader",
          "127.0.0.1",
          "org.apache.spark.deploy.master.Master",
          "--host",
          "127.0.0.1",
          "--port",
          String.valueOf(port),
          "--webui-port",
          "0");
      for (int i = 0; i < workers; i++) {
        String host = "127.0.0." + (2 + i);
        start(
            "Successfully registered with master",
            host,
            "org.apache.spark.deploy.worker.Worker",
            master,
            "--host",
            host,
            "--webui-port",
            "0",
            "--cores",
            "1",
            "--memory",
            "1g",
            "--work-dir",
            folder.resolve("worker-" + i).toString());
      }
    } catch (IOException | RuntimeException e) {
      close();
      throw e;
    }
  }

  private void start(String ready, String host, String... command) throws IOException {
    ProcessBuilder builder = JobProcess.java(folder, List.of("-Xmx256m"), command);
    builder.environment().put("SPARK_LOCAL_IP", host);
    Process process = builder.start();
    processes.add(process);
    BufferedReader lines =
        new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    StringBuilder seen = new StringBuilder();
    for (String line = lines.readLine(); line != null; line = lines.readLine()) {
      seen.append(line).append('\n');
      if (line.contains(ready)) {
        Thread reader = new Thread(() -> lines.lines().forEach(each -> {}), "drain");
        reader.setDaemon(true);
        reader.start();
        return;
      }
    }
    throw new IllegalStateException(command[0] + " did not start: " + seen);
  }

  /** The master's address. */
  String master() {
    return master;
  }

  /** The executors' processes. */
  Stream<ProcessHandle> executors() {
    return processes.stream().skip(1).flatMap(Process::descendants);
  }

  @Override
  public void close() {
    executors().forEach(ProcessHandle::destroyForcibly);
    processes.forEach(Process::destroyForcibly);
  }
}
