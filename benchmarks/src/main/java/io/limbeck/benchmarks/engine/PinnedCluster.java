package io.limbeck.benchmarks.engine;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Spark's own cluster manager on this machine, its workers with one core each and nothing else, as
 * containers have it: the compiler's and the collector's threads of an executor, which would
 * otherwise take the other cores, share that one.
 */
final class PinnedCluster implements AutoCloseable {
  private final Path root;
  private final String master;
  private final List<Process> processes = new ArrayList<>();

  /**
   * Starts a cluster.
   *
   * @param root the repository's folder
   * @param folder for the workers' files
   * @param workers with a core of the machine each
   */
  PinnedCluster(Path root, Path folder, int workers) throws IOException {
    this.root = root;
    int port;
    try (ServerSocket free = new ServerSocket(0)) {
      port = free.getLocalPort();
    }
    this.master = "spark://127.0.0.1:" + port;
    try {
      start(
          "I have been elected leader",
          "127.0.0.1",
          "org.apache.spark.deploy.master.Master --host 127.0.0.1 --webui-port 0 --port " + port);
      for (int i = 0; i < workers; i++) {
        String host = "127.0.0." + (2 + i);
        start(
            "Successfully registered with master",
            host,
            "org.apache.spark.deploy.worker.Worker %s --host %s --webui-port 0 --cores 1 --memory 2g --work-dir %s"
                .formatted(master, host, folder.resolve("worker-" + i)),
            "taskset",
            "-c",
            String.valueOf(i));
      }
    } catch (IOException | RuntimeException e) {
      close();
      throw e;
    }
  }

  /** The address for {@code spark-submit}. */
  String master() {
    return master;
  }

  /** The master and the workers, whose executors are theirs. */
  List<Process> processes() {
    return processes;
  }

  private void start(String ready, String host, String daemon, String... before)
      throws IOException {
    List<String> command = new ArrayList<>(Arrays.asList(before));
    command.add(root.resolve("deploy/local/bin/spark-class").toString());
    command.addAll(Arrays.asList(daemon.split(" ")));
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().put("SPARK_LOCAL_IP", host);
    // Daemons tell when they are ready at a level that our own log settings leave out.
    builder.environment().remove("SPARK_CONF_DIR");
    Process process = builder.start();
    processes.add(process);
    BufferedReader lines =
        new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    StringBuilder seen = new StringBuilder();
    for (String line = lines.readLine(); line != null; line = lines.readLine()) {
      seen.append(line).append('\n');
      if (line.contains(ready)) {
        Thread drain = new Thread(() -> lines.lines().forEach(each -> {}), "drain");
        drain.setDaemon(true);
        drain.start();
        return;
      }
    }
    throw new IllegalStateException(daemon + " did not start: " + seen);
  }

  @Override
  public void close() {
    processes.forEach(process -> process.descendants().forEach(ProcessHandle::destroyForcibly));
    processes.forEach(Process::destroyForcibly);
  }
}
