package io.limbeck.deploy;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.ContainerStatusBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.PodConditionBuilder;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.client.NamespacedKubernetesClient;
import io.fabric8.kubernetes.client.Watch;
import io.fabric8.kubernetes.client.Watcher;
import io.fabric8.kubernetes.client.WatcherException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Runs the pods of a namespace as processes of this machine, each with a root file system of its
 * own ({@link PodFiles}) and the machine's programs. Addresses are of the loop-back network;
 * services are names in the pods' {@code /etc/hosts}.
 */
final class Kubelet implements AutoCloseable {
  private final NamespacedKubernetesClient api;
  private final Path folder;
  private final Path hosts;
  private final PodFiles files;
  private final PodVariables variables = new PodVariables();
  private final Map<String, Running> running = new ConcurrentHashMap<>();
  private final List<Pod> seen = new ArrayList<>();
  private final List<Watch> watches = new ArrayList<>();
  private int addresses;

  /** A pod; its process is null until it has one. */
  private record Running(Process process, String ip, Map<String, String> environment) {}

  /**
   * A kubelet.
   *
   * @param api of the namespace
   * @param folder for what pods need
   * @param image of all containers
   * @param claims the folder of each volume that can be claimed
   */
  Kubelet(NamespacedKubernetesClient api, Path folder, Image image, Map<String, Path> claims)
      throws IOException {
    this.api = api;
    this.folder = folder;
    this.hosts = Files.writeString(folder.resolve("hosts"), "127.0.0.1 localhost\n");
    this.files = new PodFiles(api, image, claims, hosts);
    watches.add(api.pods().watch(watcher(this::podChanged)));
    watches.add(api.services().watch(watcher((action, service) -> writeHosts())));
  }

  private interface Change<T> {
    void happened(Watcher.Action action, T object);
  }

  private static <T> Watcher<T> watcher(Change<T> change) {
    return new Watcher<>() {
      @Override
      public void eventReceived(Action action, T object) {
        change.happened(action, object);
      }

      @Override
      public void onClose(WatcherException cause) {}
    };
  }

  /** All pods that ever began, as they were asked for. */
  synchronized List<Pod> seen() {
    return List.copyOf(seen);
  }

  private synchronized void podChanged(Watcher.Action action, Pod pod) {
    String name = pod.getMetadata().getName();
    if (action == Watcher.Action.DELETED) {
      Running gone = running.remove(name);
      if (gone != null) {
        Shell.kill(gone.process().toHandle());
      }
    } else if (action == Watcher.Action.ADDED && !running.containsKey(name)) {
      seen.add(pod);
      try {
        start(pod);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  private void start(Pod pod) throws IOException {
    String name = pod.getMetadata().getName();
    String ip = "127.0.1." + ++addresses;
    Container container = pod.getSpec().getContainers().get(0);
    Path own = Files.createDirectories(folder.resolve(name));
    Map<String, String> environment = variables.of(pod, container, ip);
    Path mounts =
        Files.writeString(
            own.resolve("mounts"), String.join("\n", files.mounts(pod, container, own)) + "\n");
    Path assignments =
        Files.writeString(
            own.resolve("environment"), String.join("\0", PodVariables.assignments(environment)));
    List<String> command =
        new ArrayList<>(
            List.of(
                "unshare",
                "--mount",
                "--uts",
                PodFiles.start().toString(),
                hostName(name),
                Files.createDirectories(own.resolve("root")).toString(),
                mounts.toString(),
                assignments.toString(),
                Image.WORK_DIR));
    command.addAll(
        container.getCommand().isEmpty() ? List.of("/opt/entrypoint.sh") : container.getCommand());
    command.addAll(container.getArgs());
    // Its own name must be known when it starts, and the process does not matter to that.
    running.put(name, new Running(null, ip, environment));
    writeHosts();
    Process process =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(log(name).toFile())
            .start();
    running.put(name, new Running(process, ip, environment));
    tell(name, container, ip, "Running", null);
    process
        .onExit()
        .thenAccept(
            ended -> {
              if (running.containsKey(name)) {
                int code = ended.exitValue();
                tell(name, container, ip, code == 0 ? "Succeeded" : "Failed", code);
              }
            });
  }

  /** As real ones cut it. */
  private static String hostName(String pod) {
    return pod.substring(0, Math.min(63, pod.length())).replaceAll("[-.]+$", "");
  }

  private Path log(String pod) {
    return folder.resolve(pod + ".log");
  }

  /** What a pod printed. */
  String output(String pod) throws IOException {
    return Files.readString(log(pod));
  }

  /** Names of services, in the file that all pods have mounted. */
  private synchronized void writeHosts() {
    StringBuilder text = new StringBuilder("127.0.0.1 localhost\n");
    running.forEach((name, pod) -> text.append("%s %s%n".formatted(pod.ip(), hostName(name))));
    for (Service service : api.services().list().getItems()) {
      Map<String, String> selector = service.getSpec().getSelector();
      for (Pod pod : seen) {
        Running process = running.get(pod.getMetadata().getName());
        if (process != null
            && selector != null
            && pod.getMetadata().getLabels().entrySet().containsAll(selector.entrySet())) {
          String name = service.getMetadata().getName();
          text.append("%s %s.%s.svc%n".formatted(process.ip(), name, api.getNamespace()));
        }
      }
    }
    try {
      // In place: the file is mounted, not its name.
      Files.writeString(hosts, text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void tell(String name, Container container, String ip, String phase, Integer exitCode) {
    ContainerStatus status =
        exitCode == null
            ? new ContainerStatusBuilder()
                .withName(container.getName())
                .withReady(true)
                .withNewState()
                .withNewRunning()
                .endRunning()
                .endState()
                .build()
            : new ContainerStatusBuilder()
                .withName(container.getName())
                .withReady(false)
                .withNewState()
                .withNewTerminated()
                .withExitCode(exitCode)
                .endTerminated()
                .endState()
                .build();
    api.pods()
        .withName(name)
        .editStatus(
            pod ->
                new PodBuilder(pod)
                    .editOrNewStatus()
                    .withPhase(phase)
                    .withPodIP(ip)
                    .withContainerStatuses(status)
                    .withConditions(
                        new PodConditionBuilder()
                            .withType("Ready")
                            .withStatus(exitCode == null ? "True" : "False")
                            .build())
                    .endStatus()
                    .build());
  }

  /** A command for a shell in a pod that runs, as {@code kubectl exec} has it. */
  Readme.Command in(String pod, Readme.Command command) {
    Running inside = running.get(pod);
    StringBuilder text =
        new StringBuilder(
            "nsenter --target %d --mount --uts --root --wd env -i"
                .formatted(inside.process().pid()));
    PodVariables.assignments(inside.environment())
        .forEach(each -> text.append(" '").append(each).append("'"));
    return new Readme.Command(
        text
            + " bash -euo pipefail <<'COMMAND'\ncd "
            + Image.WORK_DIR
            + "\n"
            + command.text()
            + "\nCOMMAND");
  }

  @Override
  public void close() {
    watches.forEach(Watch::close);
    running.values().stream()
        .map(Running::process)
        .filter(Objects::nonNull)
        .forEach(process -> Shell.kill(process.toHandle()));
  }
}
