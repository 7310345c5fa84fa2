package io.limbeck.spark.source;

import io.limbeck.core.error.Names;
import io.limbeck.core.error.UserException;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.apache.spark.ml.linalg.SQLDataTypes;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.ArrayType;
import org.apache.spark.sql.types.BinaryType;
import org.apache.spark.sql.types.BooleanType;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.NumericType;
import org.apache.spark.sql.types.StringType;
import org.apache.spark.sql.types.StructType;

/** The columns of a table that hold examples and labels, checked, and as rows are read from. */
public final class Columns {
  private final StructType schema;
  private final String where;
  private final Optional<Tokens> tokens;

  /**
   * Columns of a table.
   *
   * @param schema of the table
   * @param where what messages call it
   * @param tokens makes numbers of text; empty where there is to be none
   */
  Columns(StructType schema, String where, Optional<Tokens> tokens) {
    this.schema = schema;
    this.where = where;
    this.tokens = tokens;
  }

  /**
   * Columns of a data frame.
   *
   * @param schema of the frame
   */
  public static Columns ofFrame(StructType schema) {
    return new Columns(schema, Item.Place.FRAME, Optional.empty());
  }

  /**
   * The values of examples.
   *
   * @param column bytes as they are, or a list of floats
   * @param bytesPerValue of each as it is kept
   */
  public record Features(Column column, int bytesPerValue) {}

  /**
   * The column of the examples.
   *
   * @param name its name
   * @param key the config key or parameter that names it
   * @throws UserException when there is none, or it holds something else
   */
  public Features features(String name, String key) {
    require(name, key);
    DataType type = type(name);
    Column column = column(name);
    if (tokens.isPresent()) {
      if (!(type instanceof StringType)) {
        throw other(name, key, "text, as 'data.tokenize' is there");
      }
      return new Features(tokens.get().of(column), Float.BYTES);
    }
    if (type instanceof BinaryType) {
      return new Features(column, 1);
    }
    if (type.equals(SQLDataTypes.VectorType())) {
      return new Features(
          functions.when(
              column.isNotNull(), org.apache.spark.ml.functions.vector_to_array(column, "float32")),
          Float.BYTES);
    }
    if (type instanceof ArrayType array && array.elementType() instanceof NumericType) {
      return new Features(column.cast(DataTypes.createArrayType(DataTypes.FloatType)), Float.BYTES);
    }
    throw other(
        name,
        key,
        "bytes, a vector or a list of numbers"
            + (type instanceof StringType ? "; text in files needs 'data.tokenize'" : ""));
  }

  /**
   * The column of the labels, as integers; null where a number is not whole.
   *
   * @param name its name
   * @param key the config key or parameter that names it
   * @throws UserException when there is none, or it holds something else
   */
  public Column label(String name, String key) {
    require(name, key);
    if (!(type(name) instanceof NumericType)) {
      throw other(name, key, "integers");
    }
    return whole(column(name));
  }

  /**
   * The column of maps of labels, as bytes.
   *
   * @param name its name
   * @param key the config key that names it
   * @throws UserException when there is none, or it holds something else
   */
  Column labelMap(String name, String key) {
    require(name, key);
    if (!(type(name) instanceof BinaryType)) {
      throw other(name, key, "bytes, as 'data.label_type' is map");
    }
    return column(name);
  }

  /**
   * A column that marks rows; null does not.
   *
   * @param name its name
   * @param key the parameter that names it
   * @throws UserException when there is none, or it holds something else
   */
  public Column indicator(String name, String key) {
    require(name, key);
    if (!(type(name) instanceof BooleanType)) {
      throw other(name, key, "a boolean");
    }
    return functions.coalesce(column(name), functions.lit(false));
  }

  /**
   * Numbers as integers; null where one is not whole.
   *
   * @param numbers of any numeric type
   */
  static Column whole(Column numbers) {
    Column whole = numbers.cast(DataTypes.IntegerType);
    return functions.when(whole.equalTo(numbers), whole);
  }

  /**
   * That there is a column.
   *
   * @param name its name
   * @param key the config key or parameter that names it
   */
  void require(String name, String key) {
    List<String> all = Arrays.asList(schema.fieldNames());
    if (!all.contains(name)) {
      throw new UserException(
          "'%s' is \"%s\", which is not a column of %s, %s"
              .formatted(key, name, where, Names.suggestion(name, all)));
    }
  }

  private UserException other(String name, String key, String allowed) {
    return new UserException(
        "'%s': column '%s' of %s is of type %s, but must hold %s"
            .formatted(key, name, where, type(name).simpleString(), allowed));
  }

  private DataType type(String name) {
    return schema.apply(name).dataType();
  }

  private static Column column(String name) {
    return functions.col("`" + name + "`");
  }
}
