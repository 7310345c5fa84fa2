package io.limbeck.spark.source;

import io.limbeck.core.config.DataConfig.Tokenize;
import io.limbeck.core.error.UserException;
import io.limbeck.spark.storage.Storage;
import java.util.Objects;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.api.java.UDF1;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.DataTypes;

/** Makes tokens of a column of text, on the executors. */
final class Tokens implements UDF1<String, float[]> {
  private static final long serialVersionUID = 1L;
  private static final int ENDS = 16;

  private final Broadcast<byte[]> json;
  private final int length;

  private Tokens(Broadcast<byte[]> json, int length) {
    this.json = json;
    this.length = length;
  }

  /**
   * Tokens as a config wants them.
   *
   * @param context the context
   * @param tokenize what the config says
   * @param key where, for messages
   * @throws UserException when the file is no tokenizer, or pads with another token than 0
   */
  static Tokens of(JavaSparkContext context, Tokenize tokenize, String key) {
    String file = tokenize.tokenizer();
    byte[] json = new Storage(context.hadoopConfiguration()).read(file, key + ".tokenizer");
    // Even nothing has tokens that say where it begins and ends.
    float[] nothing = tokenizer(json, tokenize.length() + ENDS, file, key).tokens("");
    float padding = nothing[nothing.length - 1];
    if (padding != 0) {
      throw new UserException(
          "'%s.tokenizer': %s pads with token %.0f, but what is padding must be token 0"
              .formatted(key, file, padding));
    }
    return new Tokens(context.broadcast(json), tokenize.length());
  }

  private static Tokenizer tokenizer(byte[] json, int length, String file, String key) {
    try {
      return Tokenizer.of(json, length);
    } catch (UserException e) {
      throw e;
    } catch (RuntimeException e) {
      throw new UserException(
          "'%s.tokenizer' is \"%s\", which is no tokenizer.json of Hugging Face's: %s"
              .formatted(
                  key, file, Objects.toString(e.getMessage()).lines().findFirst().orElse("")),
          e);
    }
  }

  /**
   * A column of lists of numbers.
   *
   * @param text a column of text
   */
  Column of(Column text) {
    return functions.udf(this, DataTypes.createArrayType(DataTypes.FloatType, false)).apply(text);
  }

  @Override
  public float[] call(String text) {
    return text == null ? null : Tokenizer.of(json.value(), length).tokens(text);
  }
}
