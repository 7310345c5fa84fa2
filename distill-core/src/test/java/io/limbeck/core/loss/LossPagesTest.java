package io.limbeck.core.loss;

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
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * {@code docs/losses.md} is made from the losses' own Javadoc and keys, so that it cannot drift
 * from them. To make it anew: {@code mvn -pl distill-core test -Dtest=LossPagesTest
 * -Dlimbeck.write=true}.
 */
class LossPagesTest {
  private static final Path SOURCES = Path.of("src/main/java/io/limbeck/core/loss");
  private static final Path PAGE = Path.of("..", "docs", "losses.md");
  private static final Pattern JAVADOC =
      Pattern.compile("/\\*\\*(.*?)\\*/\\s*public record (\\w+)\\(", Pattern.DOTALL);
  private static final Map<String, String> FAMILIES = new TreeMap<>();

  static {
    FAMILIES.put("logit", "Between class scores");
    FAMILIES.put("feature", "Between features");
    FAMILIES.put("relation", "Between relations of examples");
    FAMILIES.put("datafree", "Without labels or without data");
  }

  @Test
  void page_isUpToDate() throws IOException {
    String page = page();
    if (Boolean.getBoolean("limbeck.write")) {
      Files.writeString(PAGE, page);
    }
    assertThat(Files.readString(PAGE))
        .as("docs/losses.md is out of date: see LossPagesTest")
        .isEqualTo(page);
  }

  private static String page() {
    JsonNode schema = Schemas.schemaOf(ExperimentConfig.class, ConfigReader.families());
    StringBuilder page =
        new StringBuilder(
            """
            # Losses

            What each loss computes, of what, and where it comes from. Names in `loss_forward_mappings` are those of the
            arguments. Values and gradients are compared in double precision with PyTorch's, to nine digits, and with
            central differences at shapes common and odd.

            This page is made from the losses' Javadoc by `LossPagesTest`.

            """);
    for (String family : List.of("logit", "feature", "relation", "datafree")) {
      page.append("## ").append(FAMILIES.get(family)).append("\n\n");
      losses(SOURCES.resolve(family)).forEach((name, text) -> loss(page, name, text, schema));
    }
    return page.toString();
  }

  /** Javadoc by the loss' name. */
  private static Map<String, String> losses(Path folder) {
    Map<String, String> losses = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.toList()) {
        String source = Files.readString(file);
        Matcher matcher = JAVADOC.matcher(source);
        if (matcher.find() && source.contains("implements Loss")) {
          losses.put(matcher.group(2), matcher.group(1));
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return losses;
  }

  private static void loss(StringBuilder page, String name, String javadoc, JsonNode schema) {
    page.append("### ").append(name).append("\n\n").append(markdown(javadoc)).append("\n\n");
    JsonNode block = schema.at("/$defs/" + name + "/properties");
    List<String> rows = new ArrayList<>();
    for (Map.Entry<String, JsonNode> key : block.properties()) {
      if (!key.getKey().equals("type")) {
        JsonNode byDefault = key.getValue().get("default");
        rows.add(
            "| `%s` | %s | %s |"
                .formatted(
                    key.getKey(),
                    byDefault == null ? "none" : "`" + byDefault.asText() + "`",
                    key.getValue().path("description").asText()));
      }
    }
    page.append("| key | default | meaning |\n|---|---|---|\n")
        .append(String.join("\n", rows))
        .append("\n\n");
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
