package io.limbeck.deploy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.introspect.Annotated;
import com.fasterxml.jackson.databind.introspect.JacksonAnnotationIntrospector;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion;
import com.networknt.schema.ValidationMessage;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodSecurityContext;
import io.fabric8.kubernetes.api.model.SecurityContext;
import io.fabric8.kubernetes.api.model.ServiceAccount;
import io.fabric8.kubernetes.api.model.Toleration;
import io.fabric8.kubernetes.api.model.Volume;
import io.fabric8.kubernetes.api.model.VolumeMount;
import io.fabric8.kubernetes.api.model.rbac.Role;
import io.fabric8.kubernetes.api.model.rbac.RoleBinding;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The manifests of {@code deploy/kubernetes}, against Kubernetes' types and the operator's. */
class ManifestsIT {
  private static final Path FOLDER = Project.ROOT.resolve("deploy/kubernetes");

  private static final Map<String, Class<?>> KINDS =
      Map.of(
          "v1/Namespace", Namespace.class,
          "v1/Pod", Pod.class,
          "v1/PersistentVolumeClaim", PersistentVolumeClaim.class,
          "v1/ServiceAccount", ServiceAccount.class,
          "rbac.authorization.k8s.io/v1/Role", Role.class,
          "rbac.authorization.k8s.io/v1/RoleBinding", RoleBinding.class);

  /** What of Kubernetes' types the operator's have, by their places in them. */
  private static final Map<String, Class<?>> IN_AN_APPLICATION =
      Map.of(
          "volumes", Volume[].class,
          "env", EnvVar[].class,
          "volumeMounts", VolumeMount[].class,
          "tolerations", Toleration[].class,
          "podSecurityContext", PodSecurityContext.class,
          "securityContext", SecurityContext.class);

  private static final ObjectMapper YAML = new ObjectMapper(new YAMLFactory());

  /** Fabric8's types keep what they do not know; here it is a mistake. */
  private static final ObjectMapper STRICT =
      new ObjectMapper()
          .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .setAnnotationIntrospector(
              new JacksonAnnotationIntrospector() {
                private static final long serialVersionUID = 1L;

                @Override
                public Boolean hasAnySetter(Annotated annotated) {
                  return false;
                }
              });

  private static List<JsonNode> documents(Path file) throws IOException {
    try (var values = YAML.readerFor(JsonNode.class).<JsonNode>readValues(file.toFile())) {
      return values.readAll();
    }
  }

  private static String kind(JsonNode manifest) {
    return manifest.path("apiVersion").asText() + "/" + manifest.path("kind").asText();
  }

  private static List<JsonNode> manifests() throws IOException {
    List<JsonNode> all = new ArrayList<>();
    try (Stream<Path> files = Files.walk(FOLDER)) {
      for (Path file : files.filter(each -> each.toString().endsWith(".yaml")).toList()) {
        all.addAll(documents(file));
      }
    }
    return all;
  }

  @Test
  void ofKubernetes_haveFieldsThatThereAre() throws IOException {
    int checked = 0;
    for (JsonNode manifest : manifests()) {
      Class<?> type = KINDS.get(kind(manifest));
      if (type == null) {
        assertThat(kind(manifest))
            .isIn(
                "kustomize.config.k8s.io/v1beta1/Kustomization",
                "sparkoperator.k8s.io/v1beta2/SparkApplication");
      } else {
        assertThat(STRICT.treeToValue(manifest, type)).isNotNull();
        checked++;
      }
    }
    assertThat(checked).isGreaterThan(7);
  }

  @Test
  void aFieldThatIsNone_isSeen() throws IOException {
    JsonNode pod = documents(FOLDER.resolve("client.yaml")).get(0);
    ((ObjectNode) pod.at("/spec/containers/0")).put("volumeMount", "x");
    assertThatThrownBy(() -> STRICT.treeToValue(pod, Pod.class))
        .hasMessageContaining("volumeMount");
  }

  /** What docs/security.md says of it. */
  @Test
  void executorsAccount_mayDoNothing_andHasNoToken() throws IOException {
    List<JsonNode> accounts =
        manifests().stream()
            .filter(each -> each.at("/metadata/name").asText().equals("limbeck-executor"))
            .toList();
    assertThat(accounts).hasSize(1);
    assertThat(accounts.get(0).path("automountServiceAccountToken").asBoolean(true)).isFalse();
    for (JsonNode manifest : manifests()) {
      for (JsonNode subject : manifest.path("subjects")) {
        assertThat(subject.path("name").asText()).isEqualTo("limbeck");
      }
    }
  }

  private static JsonNode application() throws IOException {
    return documents(FOLDER.resolve("spark-application.yaml")).get(0);
  }

  private static Set<ValidationMessage> problems(JsonNode application) throws IOException {
    try (InputStream schema =
        ManifestsIT.class.getResourceAsStream("/spark-application.schema.json")) {
      return JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V202012)
          .getSchema(schema)
          .validate(application);
    }
  }

  @Test
  void ofTheOperator_hasFieldsThatThereAre() throws IOException {
    JsonNode application = application();
    assertThat(problems(application)).isEmpty();
    int checked = 0;
    for (JsonNode part :
        List.of(
            application.path("spec"),
            application.at("/spec/driver"),
            application.at("/spec/executor"))) {
      for (Map.Entry<String, JsonNode> field : part.properties()) {
        if (IN_AN_APPLICATION.containsKey(field.getKey())) {
          STRICT.treeToValue(field.getValue(), IN_AN_APPLICATION.get(field.getKey()));
          checked++;
        }
      }
    }
    assertThat(checked).isEqualTo(11);
  }

  @Test
  void anApplicationsFieldThatIsNone_isSeen() throws IOException {
    JsonNode application = application();
    ((ObjectNode) application.at("/spec/executor")).put("instance", 2);
    assertThat(problems(application)).singleElement().asString().contains("instance");
  }

  /** What is applied is what the files say, in the namespace. */
  @Test
  void kustomization_builds() throws Exception {
    assumeTrue(Shell.has("kubectl"), "needs kubectl: apt-get install kubernetes-client");
    String built =
        new Shell(Map.of()).run(new Readme.Command("kubectl kustomize deploy/kubernetes/base"));
    List<String> kinds = new ArrayList<>();
    try (var values = YAML.readerFor(JsonNode.class).<JsonNode>readValues(built)) {
      for (JsonNode manifest : values.readAll()) {
        kinds.add(manifest.path("kind").asText());
        if (!kind(manifest).equals("v1/Namespace")) {
          assertThat(manifest.at("/metadata/namespace").asText()).isEqualTo("limbeck");
        }
        STRICT.treeToValue(manifest, KINDS.get(kind(manifest)));
      }
    }
    assertThat(kinds)
        .containsExactlyInAnyOrder(
            "Namespace",
            "ServiceAccount",
            "ServiceAccount",
            "Role",
            "RoleBinding",
            "PersistentVolumeClaim");
  }
}
