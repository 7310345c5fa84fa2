package io.limbeck.spark.ml;

import io.limbeck.core.error.UserException;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import org.apache.spark.ml.attribute.AttributeGroup;
import org.apache.spark.ml.attribute.NominalAttribute;
import org.apache.spark.ml.linalg.Vectors;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;

/**
 * The columns that a model adds, in this order, but those whose name is empty.
 *
 * @param logits name
 * @param probability name
 * @param prediction name
 */
record OutputColumns(String logits, String probability, String prediction) implements Serializable {

  static OutputColumns of(ClassificationParams params) {
    return new OutputColumns(
        params.getLogitsCol(), params.getProbabilityCol(), params.getPredictionCol());
  }

  /**
   * A schema with them.
   *
   * @param before the schema of what goes in
   * @param classes of the data; none where they are not known yet
   * @throws UserException when a column has the name of one of them
   */
  StructType addTo(StructType before, OptionalInt classes) {
    StructType schema = before;
    for (StructField field : fields(classes)) {
      if (Arrays.asList(schema.fieldNames()).contains(field.name())) {
        throw new UserException(
            "The data frame has a column \"%s\" already: drop it, or give '%s' another name"
                .formatted(field.name(), param(field.name())));
      }
      schema = schema.add(field);
    }
    return schema;
  }

  private List<StructField> fields(OptionalInt classes) {
    List<StructField> fields = new ArrayList<>();
    if (!logits.isEmpty()) {
      fields.add(vector(logits, classes));
    }
    if (!probability.isEmpty()) {
      fields.add(vector(probability, classes));
    }
    if (!prediction.isEmpty()) {
      NominalAttribute attribute = NominalAttribute.defaultAttr().withName(prediction);
      fields.add(
          (classes.isPresent() ? attribute.withNumValues(classes.getAsInt()) : attribute)
              .toStructField());
    }
    return fields;
  }

  private static StructField vector(String name, OptionalInt size) {
    return (size.isPresent() ? new AttributeGroup(name, size.getAsInt()) : new AttributeGroup(name))
        .toStructField();
  }

  private String param(String name) {
    return name.equals(logits)
        ? "logitsCol"
        : name.equals(probability) ? "probabilityCol" : "predictionCol";
  }

  /**
   * Their values for an example.
   *
   * @param scores its logits
   */
  List<Object> values(double[] scores) {
    List<Object> values = new ArrayList<>();
    if (!logits.isEmpty()) {
      values.add(Vectors.dense(scores));
    }
    if (!probability.isEmpty()) {
      values.add(Vectors.dense(softmax(scores)));
    }
    if (!prediction.isEmpty()) {
      values.add((double) largest(scores));
    }
    return values;
  }

  private static double[] softmax(double[] scores) {
    double top = scores[largest(scores)];
    double[] powers = Arrays.stream(scores).map(score -> Math.exp(score - top)).toArray();
    double sum = Arrays.stream(powers).sum();
    return Arrays.stream(powers).map(power -> power / sum).toArray();
  }

  private static int largest(double[] scores) {
    int largest = 0;
    for (int i = 1; i < scores.length; i++) {
      largest = scores[i] > scores[largest] ? i : largest;
    }
    return largest;
  }
}
