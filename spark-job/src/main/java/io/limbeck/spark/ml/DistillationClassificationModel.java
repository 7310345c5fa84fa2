package io.limbeck.spark.ml;

import io.limbeck.core.error.UserException;
import io.limbeck.spark.data.InputRows;
import io.limbeck.spark.report.Report;
import io.limbeck.spark.source.Columns;
import io.limbeck.spark.storage.Storage;
import java.util.Arrays;
import java.util.OptionalInt;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.ml.Model;
import org.apache.spark.ml.param.Param;
import org.apache.spark.ml.param.ParamMap;
import org.apache.spark.ml.util.DefaultParamsReader;
import org.apache.spark.ml.util.DefaultParamsWriter;
import org.apache.spark.ml.util.MLReader;
import org.apache.spark.ml.util.MLWritable;
import org.apache.spark.ml.util.MLWriter;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.StructType;
import org.deeplearning4j.nn.graph.ComputationGraph;
import scala.Option;

/**
 * A distilled student. {@link #transform} adds its logits, the classes' probabilities and the
 * predicted class to rows; what a row gets does not depend on which others are with it.
 */
public final class DistillationClassificationModel extends Model<DistillationClassificationModel>
    implements ClassificationParams, MLWritable {
  private static final long serialVersionUID = 1L;
  private static final String INPUT = "limbeck_input";

  private final String uid;
  private final transient Student student;
  private final int classes;
  private final Param<String> featuresCol;
  private final Param<String> predictionCol;
  private final Param<String> probabilityCol;
  private final Param<String> logitsCol;

  DistillationClassificationModel(String uid, Student student) {
    this.uid = uid;
    this.student = student;
    this.classes = student.data().numClasses();
    this.featuresCol = new Param<>(this, "featuresCol", "column of the examples");
    this.predictionCol =
        new Param<>(this, "predictionCol", "column of the predicted class; empty for none");
    this.probabilityCol =
        new Param<>(this, "probabilityCol", "column of the classes' probabilities; empty for none");
    this.logitsCol = new Param<>(this, "logitsCol", "column of the logits; empty for none");
    setDefault(featuresCol, "features");
    setDefault(predictionCol, "prediction");
    setDefault(probabilityCol, "probability");
    setDefault(logitsCol, "logits");
  }

  @Override
  public String uid() {
    return uid;
  }

  /** The student, of DL4J's own layers. */
  public ComputationGraph network() {
    return student.network();
  }

  /**
   * What the training came to: accuracies of teacher, student alone and distilled, epoch by epoch.
   */
  public Report report() {
    return student.report();
  }

  /** Classes that it tells apart. */
  public int numClasses() {
    return classes;
  }

  /**
   * Adds the student's predictions.
   *
   * @param dataset rows with a column of examples, as the student has learnt from
   * @throws UserException when columns are missing, of another type, or there already; a task that
   *     meets an example of another shape fails with what is wrong with it
   */
  @Override
  public Dataset<Row> transform(Dataset<?> dataset) {
    StructType schema = transformSchema(dataset.schema());
    Column features =
        Columns.ofFrame(dataset.schema()).features(getFeaturesCol(), "featuresCol").column();
    PredictTask task =
        new PredictTask(
            new JavaSparkContext(dataset.sparkSession().sparkContext()).broadcast(student.frozen()),
            new InputRows(student.data(), student.inputShape()),
            OutputColumns.of(this));
    // Rows that went through a function of ours have lost what Spark ML knows of their columns.
    return dataset
        .toDF()
        .withColumn(INPUT, features)
        .mapPartitions(task, Encoders.row(schema))
        .select(
            Arrays.stream(schema.fields())
                .map(
                    field ->
                        functions.col("`" + field.name() + "`").as(field.name(), field.metadata()))
                .toArray(Column[]::new));
  }

  @Override
  public StructType transformSchema(StructType schema) {
    Columns.ofFrame(schema).features(getFeaturesCol(), "featuresCol");
    return OutputColumns.of(this).addTo(schema, OptionalInt.of(classes));
  }

  @Override
  public DistillationClassificationModel copy(ParamMap extra) {
    DistillationClassificationModel copy = new DistillationClassificationModel(uid, student);
    return copyValues(copy.setParent(parent()), extra);
  }

  @Override
  public MLWriter write() {
    return new Writer(this);
  }

  /** Reads a model that was saved. */
  public static MLReader<DistillationClassificationModel> read() {
    return new Reader();
  }

  /**
   * Reads a model that was saved.
   *
   * @param path where
   * @throws UserException when a file of it is missing or damaged
   */
  public static DistillationClassificationModel load(String path) {
    return read().load(path);
  }

  private static final class Writer extends MLWriter {
    private final DistillationClassificationModel model;

    Writer(DistillationClassificationModel model) {
      this.model = model;
    }

    /** The metadata, without which nothing is read, come last. */
    @Override
    public void saveImpl(String path) {
      model.student.save(new Storage(sc().hadoopConfiguration()), path);
      DefaultParamsWriter.saveMetadata(model, path, sc(), Option.empty(), Option.empty());
    }
  }

  private static final class Reader extends MLReader<DistillationClassificationModel> {
    @Override
    public DistillationClassificationModel load(String path) {
      DefaultParamsReader.Metadata metadata =
          DefaultParamsReader.loadMetadata(
              path, sc(), DistillationClassificationModel.class.getName());
      DistillationClassificationModel model =
          new DistillationClassificationModel(
              metadata.uid(), Student.load(new Storage(sc().hadoopConfiguration()), path));
      metadata.getAndSetParams(model, Option.empty());
      return model;
    }
  }

  @Override
  public Param<String> featuresCol() {
    return featuresCol;
  }

  @Override
  public Param<String> predictionCol() {
    return predictionCol;
  }

  @Override
  public Param<String> probabilityCol() {
    return probabilityCol;
  }

  @Override
  public Param<String> logitsCol() {
    return logitsCol;
  }

  /** Sets the column of the examples. */
  public DistillationClassificationModel setFeaturesCol(String value) {
    return with(featuresCol, value);
  }

  /** Sets the column of the predicted class. */
  public DistillationClassificationModel setPredictionCol(String value) {
    return with(predictionCol, value);
  }

  /** Sets the column of the probabilities. */
  public DistillationClassificationModel setProbabilityCol(String value) {
    return with(probabilityCol, value);
  }

  /** Sets the column of the logits. */
  public DistillationClassificationModel setLogitsCol(String value) {
    return with(logitsCol, value);
  }

  private DistillationClassificationModel with(Param<String> param, String value) {
    set(param, value);
    return this;
  }
}
