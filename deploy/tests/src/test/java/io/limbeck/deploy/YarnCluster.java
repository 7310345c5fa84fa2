package io.limbeck.deploy;

import java.io.IOException;
import java.io.OutputStream;
import java.net.ConnectException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.hdfs.MiniDFSCluster;
import org.apache.hadoop.yarn.api.records.ApplicationReport;
import org.apache.hadoop.yarn.api.records.YarnApplicationState;
import org.apache.hadoop.yarn.client.api.YarnClient;
import org.apache.hadoop.yarn.conf.YarnConfiguration;
import org.apache.hadoop.yarn.exceptions.YarnException;
import org.apache.hadoop.yarn.server.MiniYARNCluster;
import org.apache.hadoop.yarn.server.nodemanager.ContainerExecutor;
import org.apache.hadoop.yarn.server.nodemanager.DefaultContainerExecutor;
import org.apache.hadoop.yarn.server.webproxy.WebAppProxyServer;

/**
 * YARN and HDFS: a resource manager, two node managers, a web proxy, a name node and a data node in
 * this JVM, containers as processes. Queues and resource types are those of {@code deploy/yarn}.
 */
final class YarnCluster implements AutoCloseable {
  private static final String GPU = "yarn.io/gpu";
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  private final Path folder;
  private final MiniDFSCluster files;
  private final MiniYARNCluster yarn;
  private final WebAppProxyServer proxy = new WebAppProxyServer();

  YarnCluster(Path folder) throws IOException {
    this.folder = folder;
    YarnConfiguration conf = new YarnConfiguration();
    for (String name :
        List.of("resource-types.xml", "yarn-site-gpu.xml", "capacity-scheduler.xml")) {
      conf.addResource(
          new org.apache.hadoop.fs.Path(Project.ROOT.resolve("deploy/yarn").resolve(name).toUri()));
    }
    // Nodes find GPUs by nvidia-smi, as the file says, but ours; and have no cgroups to hide them
    // by.
    conf.set(
        YarnConfiguration.NM_GPU_PATH_TO_EXEC,
        Project.ROOT.resolve("deploy/tests/src/test/fake-gpus").toString());
    conf.setClass(
        YarnConfiguration.NM_CONTAINER_EXECUTOR,
        DefaultContainerExecutor.class,
        ContainerExecutor.class);
    conf.set(MiniDFSCluster.HDFS_MINIDFS_BASEDIR, folder.resolve("hdfs").toString());
    conf.setInt(YarnConfiguration.YARN_MINICLUSTER_NM_PMEM_MB, 6144);
    conf.setInt(YarnConfiguration.NM_VCORES, 4);
    conf.setInt(YarnConfiguration.RM_SCHEDULER_MINIMUM_ALLOCATION_MB, 256);
    conf.setBoolean(YarnConfiguration.NM_VMEM_CHECK_ENABLED, false);
    // What this JVM has of them, containers have.
    for (String name : List.of("PATH", "JAVA_TOOL_OPTIONS", "NVIDIA_VISIBLE_DEVICES")) {
      conf.set("yarn.nodemanager.admin-env." + name, System.getenv(name));
    }
    // The resource manager of this kind of cluster does not know its own proxy's port in time.
    conf.set(YarnConfiguration.PROXY_ADDRESS, "localhost:" + freePort());
    conf.setFloat(
        "yarn.nodemanager.disk-health-checker.max-disk-utilization-per-disk-percentage", 100);
    this.files = new MiniDFSCluster.Builder(conf).numDataNodes(1).build();
    this.yarn = new MiniYARNCluster("yarn", 2, 1, 1);
    try {
      files.waitActive();
      files.getFileSystem().mkdirs(files.getFileSystem().getHomeDirectory());
      conf.set("fs.defaultFS", files.getURI().toString());
      yarn.init(conf);
      yarn.start();
      if (!yarn.waitForNodeManagersToConnect(30_000)) {
        throw new IllegalStateException("node managers did not come");
      }
      proxy.init(yarn.getConfig());
      proxy.start();
      write();
    } catch (InterruptedException | YarnException | RuntimeException e) {
      close();
      throw new IllegalStateException(e);
    }
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0)) {
      return socket.getLocalPort();
    }
  }

  /** What {@code HADOOP_CONF_DIR} holds. */
  private void write() throws IOException {
    Files.createDirectories(configuration());
    Configuration known = new Configuration(yarn.getConfig());
    // A class of Hadoop's tests, which nobody else has.
    known.unset("net.topology.node.switch.mapping.impl");
    for (String name : List.of("core-site.xml", "yarn-site.xml")) {
      try (OutputStream out = Files.newOutputStream(configuration().resolve(name))) {
        known.writeXml(out);
      }
    }
    for (String name : List.of("resource-types.xml", "capacity-scheduler.xml")) {
      Files.copy(Project.ROOT.resolve("deploy/yarn").resolve(name), configuration().resolve(name));
    }
  }

  private Path configuration() {
    return folder.resolve("hadoop-conf");
  }

  Shell shell() {
    return new Shell(Map.of("HADOOP_CONF_DIR", configuration().toString()));
  }

  FileSystem files() throws IOException {
    return files.getFileSystem();
  }

  /** The application that was submitted last. */
  ApplicationReport lastApplication() throws IOException, YarnException {
    return applications().stream()
        .max((one, other) -> one.getApplicationId().compareTo(other.getApplicationId()))
        .orElseThrow();
  }

  private List<ApplicationReport> applications() throws IOException, YarnException {
    try (YarnClient client = YarnClient.createYarnClient()) {
      client.init(yarn.getConfig());
      client.start();
      return client.getApplications();
    }
  }

  /**
   * A page of the running application's UI, from where YARN says that it is.
   *
   * @param path below the UI's first page
   * @return empty while there is none, or it does not answer
   */
  Optional<String> tracked(String path) throws IOException, InterruptedException, YarnException {
    Optional<ApplicationReport> running =
        applications().stream()
            .filter(each -> each.getYarnApplicationState() == YarnApplicationState.RUNNING)
            .findFirst();
    if (running.isEmpty()) {
      return Optional.empty();
    }
    try {
      HttpResponse<String> answer =
          HttpClient.newBuilder()
              .followRedirects(HttpClient.Redirect.NORMAL)
              .build()
              .send(
                  HttpRequest.newBuilder(URI.create(running.get().getTrackingUrl()).resolve(path))
                      .timeout(PATIENCE)
                      .build(),
                  HttpResponse.BodyHandlers.ofString());
      return answer.statusCode() == 200 ? Optional.of(answer.body()) : Optional.empty();
    } catch (HttpTimeoutException | ConnectException e) {
      return Optional.empty();
    }
  }

  /** Seconds of GPUs that an application had. */
  static long gpuSeconds(ApplicationReport report) {
    return report.getApplicationResourceUsageReport().getResourceSecondsMap().getOrDefault(GPU, 0L);
  }

  /** What an application's containers printed. */
  String output(ApplicationReport report) throws IOException {
    StringBuilder said = new StringBuilder();
    try (Stream<Path> all = Files.walk(Path.of("target/test"))) {
      for (Path file :
          all.filter(each -> each.toString().contains(report.getApplicationId().toString()))
              .filter(each -> List.of("stdout", "stderr").contains(each.getFileName().toString()))
              .toList()) {
        said.append(Files.readString(file));
      }
    }
    return said.toString();
  }

  @Override
  public void close() {
    proxy.stop();
    yarn.stop();
    files.shutdown();
  }
}
