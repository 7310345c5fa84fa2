package io.limbeck.spark;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The libraries in the job jar, against the vulnerabilities that are known of them. */
class AdvisoriesIT {
  private record Advisory(
      String library, String from, String fixed, List<String> ids, String about, String stays) {
    boolean affects(String version) {
      return (from == null || compare(version, from) >= 0) && compare(version, fixed) < 0;
    }

    @Override
    public String toString() {
      return library + " before " + fixed + ": " + ids;
    }
  }

  private record Advisories(String checked, List<Advisory> advisories) {}

  private static List<Advisory> advisories;

  /** Versions by library. */
  private static Map<String, Set<String>> packed;

  @BeforeAll
  static void read() throws IOException {
    advisories =
        new ObjectMapper(new YAMLFactory())
            .readValue(Path.of("../docs/advisories.yaml").toFile(), Advisories.class)
            .advisories();
    Set<String> entries = entries(Path.of("target/limbeck-job.jar"));
    packed = new TreeMap<>();
    String path =
        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
    for (String element : path.split(File.pathSeparator)) {
      Path jar = Path.of(element);
      if (element.endsWith(".jar") && isPacked(jar, entries)) {
        add(jar);
      }
    }
  }

  private static Set<String> entries(Path jar) throws IOException {
    try (JarFile file = new JarFile(jar.toFile())) {
      return file.stream()
          .map(JarEntry::getName)
          .filter(name -> name.matches(".*\\.(class|so|js)"))
          .filter(name -> !name.matches("META-INF/versions/.*|(.*/)?module-info\\.class"))
          .collect(Collectors.toCollection(HashSet::new));
    }
  }

  private static boolean isPacked(Path jar, Set<String> entries) throws IOException {
    return entries(jar).stream().anyMatch(entries::contains);
  }

  /** By what Maven has left in a jar, also of those inside it, and by its place in a repository. */
  private static void add(Path jar) throws IOException {
    try (JarFile file = new JarFile(jar.toFile())) {
      for (JarEntry entry : file.stream().toList()) {
        if (entry.getName().matches("META-INF/maven/.*/pom\\.properties")) {
          Properties pom = new Properties();
          try (InputStream in = file.getInputStream(entry)) {
            pom.load(in);
          }
          add(
              pom.getProperty("groupId") + ":" + pom.getProperty("artifactId"),
              pom.getProperty("version"));
        }
      }
    }
    Path version = jar.toAbsolutePath().getParent();
    String artifact = version.getParent().getFileName().toString();
    for (Advisory each : advisories) {
      String[] library = each.library().split(":");
      if (library[1].equals(artifact)
          && version.getParent().getParent().endsWith(library[0].replace('.', '/'))) {
        add(each.library(), version.getFileName().toString());
      }
    }
  }

  private static void add(String library, String version) {
    packed.computeIfAbsent(library, any -> new TreeSet<>()).add(version);
  }

  /** By the numbers before any dash: 1.12.1-1.5.7 and 30.1.1-jre are 1.12.1 and 30.1.1. */
  private static int compare(String a, String b) {
    return Arrays.compare(numbers(a), numbers(b));
  }

  private static int[] numbers(String version) {
    int[] numbers = new int[6];
    String[] parts = version.split("-", 2)[0].split("\\.");
    for (int i = 0; i < parts.length; i++) {
      numbers[i] = Integer.parseInt(parts[i]);
    }
    return numbers;
  }

  private static List<Advisory> affecting(String library, String version) {
    return advisories.stream()
        .filter(each -> each.library().equals(library) && each.affects(version))
        .toList();
  }

  @Test
  void whatIsInTheJar_isSeen() {
    // One of each way to be in it: of Maven, of another builder, inside of another, native.
    assertThat(packed)
        .containsKeys(
            "org.deeplearning4j:deeplearning4j-nn",
            "com.microsoft.onnxruntime:onnxruntime",
            "com.google.guava:guava",
            "org.bytedeco:hdf5",
            "org.webjars.npm:uplot")
        .doesNotContainKey("org.apache.spark:spark-core_2.12");
    assertThat(packed.get("org.yaml:snakeyaml")).containsExactly("1.26", "2.0");
  }

  @Test
  void whatIsAffected_hasAReasonToStay() {
    List<String> without = new ArrayList<>();
    packed.forEach(
        (library, versions) ->
            versions.forEach(
                version ->
                    affecting(library, version).stream()
                        .filter(each -> each.stays() == null)
                        .forEach(each -> without.add(version + " is in the jar: " + each))));
    assertThat(without).isEmpty();
  }

  @Test
  void whatHasAReasonToStay_isThere() {
    assertThat(advisories)
        .filteredOn(each -> each.stays() != null)
        .allSatisfy(
            each ->
                assertThat(packed.getOrDefault(each.library(), Set.of()))
                    .as(each.toString())
                    .anyMatch(each::affects));
  }

  @Test
  void thePage_namesEachOfThem() throws IOException {
    String page = Files.readString(Path.of("../docs/security.md"));
    assertThat(advisories)
        .filteredOn(each -> each.stays() != null)
        .allSatisfy(each -> assertThat(page).contains("`" + each.library() + "`"));
  }

  @Test
  void ids_areOnes() {
    assertThat(advisories)
        .flatExtracting(Advisory::ids)
        .doesNotHaveDuplicates()
        .allMatch(id -> id.matches("CVE-\\d{4}-\\d{4,}|GHSA(-[0-9a-z]{4}){3}"));
  }
}
