package io.limbeck.deploy;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.KeyToPath;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Volume;
import io.fabric8.kubernetes.api.model.VolumeMount;
import io.fabric8.kubernetes.client.NamespacedKubernetesClient;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What pods see of files: what the image adds to Spark's, Spark, their volumes, an account's token,
 * and names of other pods.
 *
 * @param api of the namespace
 * @param image of all containers
 * @param claims the folder of each volume that can be claimed
 * @param hosts the file that they have as {@code /etc/hosts}
 */
record PodFiles(NamespacedKubernetesClient api, Image image, Map<String, Path> claims, Path hosts) {
  private static final Path POD = Project.ROOT.resolve("deploy/tests/src/test/pod");
  private static final String TOKEN = "/run/secrets/kubernetes.io/serviceaccount";

  /** Runs a command with a root file system of its own. */
  static Path start() {
    return POD.resolve("start.sh");
  }

  /**
   * What a pod's container has mounted, a line each: source and target.
   *
   * @param pod the pod
   * @param container of it
   * @param own a folder for what is made for this pod
   */
  List<String> mounts(Pod pod, Container container, Path own) throws IOException {
    List<String> mounts = new ArrayList<>();
    mounts.add(image.root().resolve("opt/limbeck") + " /opt/limbeck");
    mounts.add(Project.SPARK_HOME.resolve("jars") + " /opt/spark/jars");
    mounts.add(Project.SPARK_HOME.resolve("bin") + " /opt/spark/bin");
    mounts.add(POD.resolve("entrypoint.sh") + " /opt/entrypoint.sh");
    mounts.add(POD.resolveSibling("fake-gpus") + " /opt/fake-gpus");
    mounts.add(hosts + " /etc/hosts");
    if (hasToken(pod)) {
      Path account = Files.createDirectories(own.resolve("account"));
      Files.writeString(account.resolve("token"), "token");
      mounts.add(account + " " + TOKEN);
    }
    Map<String, Path> volumes = new LinkedHashMap<>();
    for (Volume volume : pod.getSpec().getVolumes()) {
      volumes.put(volume.getName(), source(volume, own));
    }
    for (VolumeMount mount : container.getVolumeMounts()) {
      Path source = volumes.get(mount.getName());
      if (source != null) {
        Path part = mount.getSubPath() == null ? source : source.resolve(mount.getSubPath());
        mounts.add(Files.createDirectories(part) + " " + mount.getMountPath());
      }
    }
    return mounts;
  }

  /** The pod's account must be there, as for the real API server, and may want no token. */
  private boolean hasToken(Pod pod) throws IOException {
    String name = pod.getSpec().getServiceAccountName();
    if (name == null) {
      return true;
    }
    var account = api.serviceAccounts().withName(name).get();
    if (account == null) {
      throw new IOException("there is no service account " + name);
    }
    return !Boolean.FALSE.equals(account.getAutomountServiceAccountToken());
  }

  private Path source(Volume volume, Path own) throws IOException {
    if (volume.getPersistentVolumeClaim() != null) {
      return claims.get(volume.getPersistentVolumeClaim().getClaimName());
    }
    Path source = Files.createDirectories(own.resolve("volumes").resolve(volume.getName()));
    if (volume.getConfigMap() != null) {
      write(volume, source);
    }
    return source;
  }

  private void write(Volume volume, Path to) throws IOException {
    ConfigMap map = configMap(volume.getConfigMap().getName());
    Map<String, String> paths = new LinkedHashMap<>();
    map.getData().keySet().forEach(key -> paths.put(key, key));
    if (!volume.getConfigMap().getItems().isEmpty()) {
      paths.clear();
      for (KeyToPath item : volume.getConfigMap().getItems()) {
        paths.put(item.getKey(), item.getPath());
      }
    }
    for (Map.Entry<String, String> path : paths.entrySet()) {
      Files.writeString(to.resolve(path.getValue()), map.getData().get(path.getKey()));
    }
  }

  /** Spark makes a pod first and what it mounts next. */
  private ConfigMap configMap(String name) throws IOException {
    for (int i = 0; i < 100; i++) {
      ConfigMap map = api.configMaps().withName(name).get();
      if (map != null) {
        return map;
      }
      try {
        Thread.sleep(100);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
    throw new IOException("there is no config map " + name);
  }
}
