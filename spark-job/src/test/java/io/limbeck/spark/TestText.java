package io.limbeck.spark;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;

/** A few words, a tokenizer that knows them, and mails made of them. */
public final class TestText {
  /** By their tokens; the first is what is padded with. */
  public static final List<String> WORDS =
      List.of("[PAD]", "[UNK]", "free", "money", "now", "meeting", "at", "noon", "please", "and");

  private TestText() {}

  /** A tokenizer.json of whole words, as Hugging Face's tokenizers write it. */
  public static String tokenizer(String padding) {
    StringBuilder vocabulary = new StringBuilder();
    for (int token = 0; token < WORDS.size(); token++) {
      vocabulary.append(token == 0 ? "" : ", ").append('"').append(WORDS.get(token)).append('"');
      vocabulary.append(": ").append(token);
    }
    return """
        {"version": "1.0", "truncation": null, "padding": PADDING, "added_tokens": [],
         "normalizer": {"type": "Lowercase"}, "pre_tokenizer": {"type": "Whitespace"},
         "post_processor": null, "decoder": null,
         "model": {"type": "WordLevel", "vocab": {VOCABULARY}, "unk_token": "[UNK]"}}
        """
        .replace("PADDING", padding)
        .replace("VOCABULARY", vocabulary);
  }

  /** Mails of two classes: 1 speaks of money, 0 of meetings, both of anything else. */
  public static void mails(Path file, int count, int seed) {
    Random random = new Random(seed);
    StringBuilder lines = new StringBuilder();
    for (int i = 0; i < count; i++) {
      int label = i % 2;
      StringBuilder text = new StringBuilder(label == 1 ? "Money" : "meeting");
      for (int word = random.nextInt(5); word > 0; word--) {
        text.append(' ').append(WORDS.get(6 + random.nextInt(4)));
      }
      lines.append("{\"text\": \"%s\", \"label\": %d}%n".formatted(text, label));
    }
    write(file, lines.toString());
  }

  /** Writes a file. */
  public static Path write(Path file, String content) {
    try {
      return Files.writeString(file, content);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
