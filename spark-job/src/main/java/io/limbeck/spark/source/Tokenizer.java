package io.limbeck.spark.source;

import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.Map;

/** Hugging Face's tokenizer in this JVM, for one length. For use by several threads. */
final class Tokenizer {
  private static Tokenizer latest;

  private final byte[] json;
  private final int length;
  private final HuggingFaceTokenizer tokenizer;

  private Tokenizer(byte[] json, int length) {
    this.json = json;
    this.length = length;
    try {
      this.tokenizer =
          HuggingFaceTokenizer.newInstance(
              new ByteArrayInputStream(json),
              Map.of(
                  "maxLength", String.valueOf(length),
                  "padding", "MAX_LENGTH",
                  "truncation", "true"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * The tokenizer of a file, made once and kept until another one is asked for.
   *
   * @param json its content
   * @param length tokens of an example
   * @throws io.limbeck.core.error.UserException when this machine has no tokenizers
   */
  static synchronized Tokenizer of(byte[] json, int length) {
    TokenizerLibrary.load();
    if (latest == null || latest.length != length || !Arrays.equals(latest.json, json)) {
      latest = new Tokenizer(json, length);
    }
    return latest;
  }

  /**
   * Tokens, cut or padded to the length.
   *
   * @param text of an example
   */
  float[] tokens(String text) {
    long[] ids = tokenizer.encode(text).getIds();
    float[] tokens = new float[ids.length];
    for (int i = 0; i < ids.length; i++) {
      tokens[i] = ids[i];
    }
    return tokens;
  }
}
