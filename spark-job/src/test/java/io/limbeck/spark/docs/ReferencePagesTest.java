package io.limbeck.spark.docs;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.limbeck.core.config.ConfigReader;
import io.limbeck.core.config.ExperimentConfig;
import io.limbeck.core.schema.Schemas;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * {@code docs/losses.md} and {@code docs/connectors.md} are made from the types' own Javadoc and
 * keys, so that they cannot drift from them. To make them anew: {@code mvn -pl spark-job test
 * -Dtest=ReferencePagesTest -Dlimbeck.write=true}.
 */
class ReferencePagesTest {
  private static final Path LOSSES =
      Path.of("..", "distill-core", "src", "main", "java", "io", "limbeck", "core", "loss");
  private static final Path CONNECTORS =
      Path.of("..", "dl4j-models", "src", "main", "java", "io", "limbeck", "dl4j", "connector");

  /** The Javadoc of a record, its annotations, its name. */
  private static final Pattern RECORD =
      Pattern.compile(
          "/\\*\\*((?:(?!\\*/).)*)\\*/\\s*(?:@\\w+\\((?:[^()]|\\([^()]*\\))*\\)\\s*)*public record"
              + " (\\w+)\\(",
          Pattern.DOTALL);

  private final JsonNode schema = Schemas.schemaOf(ExperimentConfig.class, ConfigReader.families());

  @Test
  void losses_areUpToDate() throws IOException {
    StringBuilder page =
        new StringBuilder(
            """
            # Losses

            What each loss computes, of what, and where it comes from. Names in `loss_forward_mappings` are those of the
            arguments. Values and gradients are compared in double precision with PyTorch's, to nine digits, and with
            central differences at shapes common and odd.

            This page is made from the losses' Javadoc by `ReferencePagesTest`.

            """);
    Map<String, String> families = new LinkedHashMap<>();
    families.put("logit", "Between class scores");
    families.put("feature", "Between features");
    families.put("relation", "Between relations of examples");
    families.put("datafree", "Without labels or without data");
    families.forEach(
        (family, title) -> {
          page.append("## ").append(title).append("\n\n");
          javadoc(LOSSES.resolve(family), "implements Loss")
              .forEach((name, text) -> entry(page.append("#"), name, text));
        });
    assertUpToDate("losses.md", page.toString());
  }

  @Test
  void connectors_areUpToDate() throws IOException {
    StringBuilder page =
        new StringBuilder(
            """
            # Connectors

            What stands between a recorded value and a loss. A block under `connectors` is one of these or a list of them,
            applied one after the other; `connector_idx` in a mapping picks an output where there are several. One that
            learns is averaged with the student, kept in `connectors.npz` beside it and left out of the exported model; it
            runs once a step however many mappings name it. What each puts out is compared with PyTorch's layers in double
            precision, to nine digits, and its gradients with central differences.

            A loss wants both values of one shape. Where channels differ, `ConvModuleConnector` brings the student's to the
            teacher's; where height and width differ, `TorchFunctionalConnector` pools or interpolates either; where
            values are of different scale, `NormConnector` without parameters standardises both.

            This page is made from the connectors' Javadoc by `ReferencePagesTest`.

            """);
    javadoc(CONNECTORS, "implements GraphConnector")
        .forEach((name, text) -> entry(page, name, text));
    assertUpToDate("connectors.md", page.toString());
  }

  private static void assertUpToDate(String name, String page) throws IOException {
    Path file = Path.of("..", "docs", name);
    if (Boolean.getBoolean("limbeck.write")) {
      Files.writeString(file, page);
    }
    assertThat(Files.readString(file))
        .as("docs/%s is out of date: see ReferencePagesTest", name)
        .isEqualTo(page);
  }

  /** Javadoc by the record's name. */
  private static Map<String, String> javadoc(Path folder, String marker) {
    Map<String, String> all = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.toList()) {
        String source = Files.readString(file);
        Matcher matcher = RECORD.matcher(source);
        if (matcher.find() && source.contains(marker)) {
          all.put(matcher.group(2), matcher.group(1));
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return all;
  }

  private void entry(StringBuilder page, String name, String javadoc) {
    page.append("## ").append(name).append("\n\n").append(markdown(javadoc)).append("\n\n");
    JsonNode block = schema.at("/$defs/" + name);
    List<String> rows = new ArrayList<>();
    for (Map.Entry<String, JsonNode> key : block.path("properties").properties()) {
      if (!key.getKey().equals("type") && !key.getValue().has("x-no-effect")) {
        rows.add(
            "| `%s` | %s | %s |"
                .formatted(
                    key.getKey(),
                    byDefault(key, block),
                    key.getValue().path("description").asText()));
      }
    }
    if (!rows.isEmpty()) {
      page.append("| key | default | meaning |\n|---|---|---|\n")
          .append(String.join("\n", rows))
          .append("\n\n");
    }
  }

  private static String byDefault(Map.Entry<String, JsonNode> key, JsonNode block) {
    JsonNode byDefault = key.getValue().get("default");
    if (byDefault != null) {
      return "`" + (byDefault.isTextual() ? byDefault.asText() : byDefault.toString()) + "`";
    }
    for (JsonNode required : block.path("required")) {
      if (required.asText().equals(key.getKey())) {
        return "required";
      }
    }
    return "none";
  }

  private static String markdown(String javadoc) {
    String text =
        javadoc
            .replaceAll("(?m)^\\s*\\* ?", "")
            .replaceAll("(?s)\\n@param.*", "")
            .strip()
            .replace("<pre>", "```")
            .replace("</pre>", "```")
            .replaceAll("\\{@(?:code|link)\\s+([^}]*)\\}", "`$1`")
            .replace("&gt;", ">")
            .replace("&lt;", "<")
            .replace("&amp;", "&");
    return text.replaceAll("(?m)^<p>", "").replace("Beware: ", "**Beware:** ");
  }
}
