package io.limbeck.deploy;

import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Spark's own cluster manager with two workers, each with a GPU, started as its page says. */
final class StandaloneManager implements AutoCloseable {
  private static final int PATIENCE_SECONDS = 60;

  private final Path folder;
  private final String master;
  private final List<Process> daemons = new ArrayList<>();

  StandaloneManager(Path folder) throws IOException, InterruptedException {
    this.folder = folder;
    int port;
    try (ServerSocket free = new ServerSocket(0)) {
      port = free.getLocalPort();
    }
    this.master = "spark://127.0.0.1:" + port;
    Readme readme = new Readme("deploy/standalone/README.md");
    Shell shell =
        new Shell(
            Map.of(
                "MASTER_HOST",
                "127.0.0.1",
                "MASTER_PORT",
                String.valueOf(port),
                "SPARK_MASTER",
                master));
    try {
      start(
          "master",
          shell,
          readme.command("Start it", 0).and("--webui-port 0").text(),
          "I have been elected leader");
      String gpus = readme.command("GPUs").text();
      for (int i = 0; i < 2; i++) {
        Readme.Command worker =
            readme
                .command("Start it", 1)
                .with(
                    "--memory 4g",
                    "--memory 4g --webui-port 0 --host 127.0.0.1 --work-dir " + work(i));
        start(
            "worker-" + i,
            shell.with(Map.of("NVIDIA_VISIBLE_DEVICES", String.valueOf(i))),
            gpus + "\n" + worker.text(),
            "Successfully registered with master");
      }
    } catch (IOException | InterruptedException | RuntimeException e) {
      close();
      throw e;
    }
  }

  private Path work(int worker) {
    return folder.resolve("work-" + worker);
  }

  private void start(String name, Shell shell, String command, String ready)
      throws IOException, InterruptedException {
    Path log = folder.resolve(name + ".log");
    Process daemon = shell.start(command, log);
    daemons.add(daemon);
    for (int i = 0; i < 10 * PATIENCE_SECONDS && daemon.isAlive(); i++) {
      if (Files.readString(log).contains(ready)) {
        return;
      }
      Thread.sleep(100);
    }
    throw new IllegalStateException(name + " did not start: " + Files.readString(log));
  }

  String master() {
    return master;
  }

  /** What the drivers printed that ran on workers. */
  String driversOutput() throws IOException {
    StringBuilder said = new StringBuilder();
    for (int i = 0; i < 2; i++) {
      try (var files = Files.walk(work(i))) {
        for (Path file :
            files
                .filter(each -> each.getParent().getFileName().toString().startsWith("driver-"))
                .filter(each -> each.getFileName().toString().startsWith("std"))
                .toList()) {
          said.append(Files.readString(file));
        }
      }
    }
    return said.toString();
  }

  @Override
  public void close() {
    daemons.forEach(daemon -> Shell.kill(daemon.toHandle()));
  }
}
