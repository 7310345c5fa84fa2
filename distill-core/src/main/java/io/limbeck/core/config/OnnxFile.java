package io.limbeck.core.config;

import io.limbeck.core.schema.Key;
import java.util.Map;

/**
 * An ONNX network, which runs in onnxruntime: for frozen teachers.
 *
 * @param path the file
 * @param inputs what each of its inputs is given, by name
 * @param tokenMeans further values, by name: means over tokens of what the network puts out
 * @param logits the value that holds the class scores; null for the usual one
 */
public record OnnxFile(
    @Key("ONNX file with its weights inside; only a frozen teacher can be one") String path,
    @Key(
            value =
                "What each of its inputs is given, by name; by default features for the only one, and in networks of text"
                    + " features for input_ids, mask for attention_mask, zeros for token_type_ids",
            def = "{}")
        Map<String, OnnxInput> inputs,
    @Key(
            value =
                "Further values that can be recorded, by name: the mean of a value [batch, tokens, units] over the tokens whose"
                    + " feature is not 0, as sentence encoders are meant to be used",
            def = "{}")
        Map<String, String> tokenMeans,
    @Key(
            value =
                "Name of the value that holds the class scores before softmax, by which the teacher is evaluated; by default what"
                    + " the network puts out, or that is the softmax of, if it is one number for each class",
            optional = true)
        String logits)
    implements ArchitectureConfig {

  /**
   * A file of which nothing is said.
   *
   * @param path the file
   */
  public static OnnxFile of(String path) {
    return new OnnxFile(path, Map.of(), Map.of(), null);
  }
}
