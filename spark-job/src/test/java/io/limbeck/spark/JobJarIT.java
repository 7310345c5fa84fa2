package io.limbeck.spark;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JobJarIT {
  /** The config watches a method, so that the jar needs all that rewrites it. */
  @Test
  void jar_hasAllThatSparkHasNot() throws IOException, InterruptedException {
    assertThat(JobProcess.run(Path.of(".."), "validate", "configs/quickstart/mixup.json"))
        .contains("nothing wrong found", "native path   oneDNN");
  }

  @Test
  void settingsThatSparkCannotStartWith_areAMistake_withoutStackTrace() throws Exception {
    List<String> options = new ArrayList<>(JobProcess.LOCAL);
    options.add("-Dspark.task.resource.gpu.amount=1");
    Process process =
        JobProcess.start(Path.of(".."), options, "validate", "configs/quickstart/distill.json");
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(said).isEqualTo(2);
    assertThat(said)
        .contains("error: Spark does not start: ", "gpu", " (-v shows what it logs)")
        .doesNotContain("\tat ");
  }

  /** As where the machine's C library is too old, which is said when the library is loaded. */
  @Test
  void tokenizersThatDoNotLoad_areToldWithWhatTheyNeed(@TempDir Path dir) throws Exception {
    TestText.write(dir.resolve("libtokenizers.so"), "no library");
    TestText.write(dir.resolve("tokenizer.json"), TestText.tokenizer("null"));
    TestText.mails(dir.resolve("mails.jsonl"), 60, 1);
    Path config =
        TestText.write(
            dir.resolve("text.yaml"),
            """
            name: text
            algorithm:
              type: Supervised
              architecture: {type: TextCnn, vocabulary: 10, embedding: 4, widths: [1, 2], channels: 4}
            data:
              num_classes: 2
              tokenize: {tokenizer: DIR/tokenizer.json, length: 6}
              train: {format: json, path: DIR/mails.jsonl, features: text}
              test: {format: json, path: DIR/mails.jsonl, features: text}
            schedule: {epochs: 1}
            output: {dir: DIR/out}
            """
                .replace("DIR", dir.toString()));
    List<String> options = new ArrayList<>(JobProcess.LOCAL);
    options.add("-DRUST_LIBRARY_PATH=" + dir.resolve("libtokenizers.so"));
    Process process = JobProcess.start(dir, options, "validate", config.toString());
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(said).isEqualTo(2);
    assertThat(said)
        .contains(
            "error: Hugging Face's tokenizers cannot be loaded on this machine, so there is no text here: they need"
                + " Linux on x86_64 with glibc 2.34 or newer (Ubuntu 22.04, Debian 12, RHEL 9). ")
        .containsPattern("libtokenizers.so: .*(too short|invalid ELF header)")
        .doesNotContain("\tat ");
  }
}
