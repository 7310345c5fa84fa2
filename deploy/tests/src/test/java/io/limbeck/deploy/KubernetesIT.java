package io.limbeck.deploy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Namespaced;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.client.NamespacedKubernetesClient;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.io.IOException;
import java.io.InputStream;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The page of Kubernetes, command by command, with pods that are processes. */
class KubernetesIT {
  private static final Readme README = new Readme("deploy/kubernetes/README.md");

  @TempDir private static Path dir;
  private static ApiServer server;
  private static NamespacedKubernetesClient api;
  private static Kubelet kubelet;
  private static Path claim;
  private static Shell shell;

  @BeforeAll
  static void start() throws IOException, InterruptedException {
    assumeTrue(
        new ProcessBuilder("unshare", "--mount", "--uts", "true").start().waitFor() == 0,
        "pods have mount namespaces, which nobody but root may make");
    assumeTrue(Image.canBeBuilt(), "needs buildah: apt-get install buildah");
    claim = Files.createDirectories(dir.resolve("claim"));
    copy(Project.ROOT.resolve("configs"), claim.resolve("configs"));
    server = new ApiServer();
    api = server.client().inNamespace("limbeck");
    apply(Project.ROOT.resolve("deploy/kubernetes/base"));
    Path folder =
        Files.createTempDirectory(
            Files.createDirectories(Path.of("target/pods").toAbsolutePath()), "run");
    Image image = Image.build(dir);
    kubelet = new Kubelet(api, folder, image, Map.of("limbeck", claim));
    shell = new Shell(Map.of("API_SERVER", server.url(), "IMAGE", "limbeck"));
    shell.run(
        README
            .command("Settings")
            .with("> limbeck.conf", "> " + claim.resolve("configs/limbeck.conf")));
  }

  @AfterAll
  static void stop() {
    if (kubelet != null) {
      kubelet.close();
    }
    if (server != null) {
      server.close();
    }
  }

  /** What {@code kubectl apply -k} would make, but for the namespace, which the client is in. */
  private static void apply(Path base) throws IOException {
    JsonNode resources =
        Serialization.yamlMapper()
            .readTree(base.resolve("kustomization.yaml").toFile())
            .path("resources");
    for (JsonNode resource : resources) {
      try (InputStream in = Files.newInputStream(base.resolve(resource.asText()))) {
        for (HasMetadata each : api.load(in).items()) {
          if (each instanceof Namespaced) {
            each.getMetadata().setNamespace("limbeck");
            api.resource(each).create();
          }
        }
      }
    }
  }

  private static void copy(Path from, Path to) throws IOException {
    try (Stream<Path> files = Files.walk(from)) {
      for (Path file : files.toList()) {
        Files.copy(
            file,
            to.resolve(from.relativize(file).toString()),
            StandardCopyOption.REPLACE_EXISTING);
      }
    }
  }

  private static List<Pod> ofRole(String role, int from) {
    return kubelet.seen().stream()
        .skip(from)
        .filter(pod -> role.equals(pod.getMetadata().getLabels().get("spark-role")))
        .toList();
  }

  @Test
  void driverInTheCluster_withGpus() throws Exception {
    Path settings = dir.resolve("inside.conf");
    shell.run(README.command("GPUs").with("> limbeck.conf", "> " + settings));
    EventLog events = EventLog.in(claim.resolve("runs/events"));
    int before = kubelet.seen().size();
    String said =
        shell.run(
            README
                .command("Submit with the driver in the cluster")
                .with(
                    "limbeck.conf",
                    settings + " " + events.settings(Path.of("/opt/spark/work-dir/runs/events")))
                // The name of the API server that a real cluster gives its pods.
                .with(
                    "--conf spark.kubernetes.namespace=limbeck",
                    "--conf spark.kubernetes.namespace=limbeck --conf spark.kubernetes.driver.master="
                        + server.url())
                .and("--set=output.dir=runs/inside " + QuickStart.SHORT));
    Pod driver = ofRole("driver", before).get(0);
    String printed = kubelet.output(driver.getMetadata().getName());
    assertThat(said).as(printed).contains("phase: Succeeded");
    assertThat(printed).contains("gap recovered", "report: runs/inside/report.html");
    JsonNode report = QuickStart.assertDone(claim.resolve("runs/inside"));
    // The driver has the first one.
    assertThat(QuickStart.gpus(report)).containsExactly("1", "2");
    events.assertGpusForNetworksAlone();
    assertThat(ofRole("executor", before))
        .hasSize(2)
        .allSatisfy(executor -> assertAsAsked(executor, "executor", "1280"));
    assertAsAsked(driver, "driver", "2048");
  }

  /** Limits that follow from the settings, and what the template says. */
  private static void assertAsAsked(Pod pod, String component, String mebibytes) {
    Container container = pod.getSpec().getContainers().get(0);
    assertThat(container.getResources().getLimits())
        .containsEntry("memory", new Quantity(mebibytes + "Mi"))
        .containsEntry("nvidia.com/gpu", new Quantity("1"));
    assertThat(container.getImage()).isEqualTo("limbeck");
    assertThat(pod.getMetadata().getLabels())
        .containsEntry("app.kubernetes.io/component", component);
    assertThat(pod.getSpec().getSecurityContext().getRunAsNonRoot()).isTrue();
    assertThat(pod.getSpec().getServiceAccountName())
        .isEqualTo(component.equals("driver") ? "limbeck" : "limbeck-executor");
    // So the account decides, and that of executors has no token.
    assertThat(pod.getSpec().getAutomountServiceAccountToken()).isNull();
  }

  @Test
  void driverInAPodOfSomebodys() throws Exception {
    Files.copy(
        Project.ROOT.resolve("deploy/kubernetes/executor.yaml"),
        claim.resolve("configs/executor.yaml"));
    try (InputStream pod =
        Files.newInputStream(Project.ROOT.resolve("deploy/kubernetes/client.yaml"))) {
      api.pods().load(pod).create();
    }
    while (api.pods().withName("limbeck-client").get().getStatus().getPodIP() == null) {
      Thread.sleep(100);
    }
    int before = kubelet.seen().size();
    Readme.Command command =
        new Readme.Command(
            "export API_SERVER=%s IMAGE=limbeck%n".formatted(server.url())
                + README.command("Submit from a pod").text());
    String said =
        shell.run(
            kubelet.in(
                "limbeck-client", command.and("--set=output.dir=runs/client " + QuickStart.SHORT)));
    assertThat(said).contains("gap recovered");
    QuickStart.assertDone(claim.resolve("runs/client"));
    assertThat(ofRole("executor", before))
        .hasSize(2)
        .allSatisfy(
            executor -> {
              assertThat(executor.getMetadata().getOwnerReferences().get(0).getName())
                  .isEqualTo("limbeck-client");
              assertThat(executor.getSpec().getServiceAccountName()).isEqualTo("limbeck-executor");
            });
  }

  /** What the operator would submit is what the page's command does. */
  @Test
  void applicationOfTheOperator_asksForWhatIsComputed() throws Exception {
    JsonNode spec =
        Serialization.yamlMapper()
            .readTree(Project.ROOT.resolve("deploy/kubernetes/spark-application.yaml").toFile())
            .path("spec");
    Properties computed = new Properties();
    try (Reader settings = Files.newBufferedReader(claim.resolve("configs/limbeck.conf"))) {
      computed.load(settings);
    }
    for (String role : List.of("driver", "executor")) {
      JsonNode pod = spec.path(role);
      Map.of(
              "memory", "memory",
              "memoryOverhead", "memoryOverhead",
              "javaOptions", "extraJavaOptions")
          .forEach(
              (key, setting) ->
                  assertThat(pod.path(key).asText())
                      .as(role + "'s " + key)
                      .isEqualTo(computed.getProperty("spark." + role + "." + setting)));
      JsonNode template =
          Serialization.yamlMapper()
              .readTree(Project.ROOT.resolve("deploy/kubernetes/" + role + ".yaml").toFile());
      assertThat(pod.path("volumeMounts"))
          .isEqualTo(template.at("/spec/containers/0/volumeMounts"));
      assertThat(spec.path("volumes")).isEqualTo(template.at("/spec/volumes"));
      assertThat(pod.path("labels")).isEqualTo(template.at("/metadata/labels"));
      assertThat(pod.path("podSecurityContext")).isEqualTo(template.at("/spec/securityContext"));
      assertThat(pod.path("securityContext"))
          .isEqualTo(template.at("/spec/containers/0/securityContext"));
      assertThat(pod.path("tolerations")).isEqualTo(template.at("/spec/tolerations"));
    }
    assertThat(spec.at("/executor/instances").asText())
        .isEqualTo(computed.getProperty("spark.executor.instances"));
    String command = README.command("Submit with the driver in the cluster").text();
    assertThat(command)
        .contains("--class " + spec.path("mainClass").asText())
        .contains(spec.path("mainApplicationFile").asText())
        .contains("driver.serviceAccountName=" + spec.at("/driver/serviceAccount").asText())
        .contains("executor.serviceAccountName=" + spec.at("/executor/serviceAccount").asText())
        .endsWith(spec.at("/arguments/0").asText() + " " + spec.at("/arguments/1").asText());
  }
}
