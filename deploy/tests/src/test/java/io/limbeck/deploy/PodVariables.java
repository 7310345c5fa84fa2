package io.limbeck.deploy;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.ResourceRequirements;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/** The environment of pods' containers, with the GPUs that are given out: numbers from 0. */
final class PodVariables {
  private static final String GPU = "nvidia.com/gpu";

  private int gpus;

  /** What Spark's image sets, what the container wants, and its share of GPUs. */
  Map<String, String> of(Pod pod, Container container, String ip) {
    Map<String, String> variables = new LinkedHashMap<>();
    variables.put("PATH", "/opt/fake-gpus:/usr/local/bin:/usr/bin:/bin");
    variables.put("SPARK_HOME", "/opt/spark");
    variables.put("SPARK_SCALA_VERSION", "2.12");
    variables.put(
        "JAVA_TOOL_OPTIONS", Objects.requireNonNullElse(System.getenv("JAVA_TOOL_OPTIONS"), ""));
    for (EnvVar variable : container.getEnv()) {
      variables.put(variable.getName(), value(variable, pod, ip));
    }
    List<String> devices = new ArrayList<>();
    for (int i = 0; i < asked(container); i++) {
      devices.add(String.valueOf(gpus++));
    }
    variables.put("NVIDIA_VISIBLE_DEVICES", String.join(",", devices));
    return variables;
  }

  private static int asked(Container container) {
    return Optional.ofNullable(container.getResources())
        .map(ResourceRequirements::getLimits)
        .map(limits -> limits.get(GPU))
        .map(Quantity::getAmount)
        .map(Integer::parseInt)
        .orElse(0);
  }

  private static String value(EnvVar variable, Pod pod, String ip) {
    if (variable.getValueFrom() == null) {
      return variable.getValue() == null ? "" : variable.getValue();
    }
    String field = variable.getValueFrom().getFieldRef().getFieldPath();
    return switch (field) {
      case "status.podIP" -> ip;
      case "metadata.name" -> pod.getMetadata().getName();
      default -> throw new IllegalArgumentException(field);
    };
  }

  /** As {@code env} takes them. */
  static List<String> assignments(Map<String, String> variables) {
    return variables.entrySet().stream()
        .map(each -> each.getKey() + "=" + each.getValue())
        .toList();
  }
}
