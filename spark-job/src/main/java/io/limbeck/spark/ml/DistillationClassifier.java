package io.limbeck.spark.ml;

import io.limbeck.core.config.ConfigReader;
import io.limbeck.core.config.ExperimentConfig;
import io.limbeck.core.error.UserException;
import io.limbeck.spark.console.Console;
import io.limbeck.spark.job.Experiment;
import io.limbeck.spark.monitor.JobDescription;
import io.limbeck.spark.report.Report;
import io.limbeck.spark.source.Columns;
import io.limbeck.spark.storage.Storage;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import org.apache.spark.SparkContext;
import org.apache.spark.ml.Estimator;
import org.apache.spark.ml.param.IntParam;
import org.apache.spark.ml.param.LongParam;
import org.apache.spark.ml.param.Param;
import org.apache.spark.ml.param.ParamMap;
import org.apache.spark.ml.param.StringArrayParam;
import org.apache.spark.ml.util.DefaultParamsReader;
import org.apache.spark.ml.util.DefaultParamsWritable;
import org.apache.spark.ml.util.Identifiable$;
import org.apache.spark.ml.util.MLReader;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.types.StructType;
import org.slf4j.LoggerFactory;

/**
 * Distils a student from the rows of a data frame, as a stage of Spark ML:
 *
 * <pre>{@code
 * DistillationClassificationModel student =
 *     new DistillationClassifier()
 *         .setConfigFile("distill.json")
 *         .setFeaturesCol("image")
 *         .setValidationIndicatorCol("held_out")
 *         .fit(train);
 * student.transform(test).select("prediction", "probability", "logits");
 * }</pre>
 *
 * <p>The experiment is a config as {@code limbeck run} takes it. What it says of {@code
 * data.train}, {@code data.validation}, {@code data.test} and {@code output} does not count here:
 * the examples are the data frame's rows, and what comes of them is the model. The best epoch is
 * chosen on the rows that {@code validationIndicatorCol} marks; without it the last epoch is taken.
 * Rows may come in any order and be computed again, but must stay the same: the student is then the
 * same to the bit, for the same partitions of the data frame and of {@code averaging.workers}.
 */
public final class DistillationClassifier extends Estimator<DistillationClassificationModel>
    implements ClassificationParams, DefaultParamsWritable {
  private static final long serialVersionUID = 1L;

  private final String uid;
  private final Param<String> featuresCol;
  private final Param<String> labelCol;
  private final Param<String> predictionCol;
  private final Param<String> probabilityCol;
  private final Param<String> logitsCol;
  private final Param<String> validationIndicatorCol;
  private final Param<String> config;
  private final StringArrayParam overrides;
  private final LongParam seed;
  private final IntParam maxIter;
  private final Param<String> outputDir;

  /** An estimator with a name of its own. */
  public DistillationClassifier() {
    this(Identifiable$.MODULE$.randomUID("distillation"));
  }

  /**
   * An estimator.
   *
   * @param uid its name
   */
  public DistillationClassifier(String uid) {
    this.uid = uid;
    this.featuresCol =
        new Param<>(
            this,
            "featuresCol",
            "column of the examples: vector, list of numbers, or bytes of an image");
    this.labelCol = new Param<>(this, "labelCol", "column of the labels, whole numbers from 0");
    this.predictionCol = new Param<>(this, "predictionCol", "column of the predicted class");
    this.probabilityCol =
        new Param<>(this, "probabilityCol", "column of the probabilities of the classes");
    this.logitsCol = new Param<>(this, "logitsCol", "column of the student's logits");
    this.validationIndicatorCol =
        new Param<>(
            this,
            "validationIndicatorCol",
            "column that is true for rows which the best epoch is chosen on and nothing is learnt from");
    this.config = new Param<>(this, "config", "the experiment, as JSON");
    this.overrides =
        new StringArrayParam(
            this, "overrides", "key=value pairs that win over the experiment, keys dotted");
    this.seed = new LongParam(this, "seed", "seed of the first run, instead of the experiment's");
    this.maxIter =
        new IntParam(this, "maxIter", "epochs, instead of the experiment's schedule.epochs");
    this.outputDir =
        new Param<>(
            this,
            "outputDir",
            "folder of checkpoints, report and models, from which a fit that was cut off goes on; by default nothing is kept");
    setDefault(featuresCol, "features");
    setDefault(labelCol, "label");
    setDefault(predictionCol, "prediction");
    setDefault(probabilityCol, "probability");
    setDefault(logitsCol, "logits");
    setDefault(overrides, new String[0]);
  }

  @Override
  public String uid() {
    return uid;
  }

  /**
   * Distils.
   *
   * @param dataset the examples
   * @return the student
   * @throws UserException for a mistake in params, experiment, models or data
   */
  @Override
  public DistillationClassificationModel fit(Dataset<?> dataset) {
    transformSchema(dataset.schema());
    SparkContext spark = dataset.sparkSession().sparkContext();
    Storage storage = new Storage(spark.hadoopConfiguration());
    try (JobDescription noted = JobDescription.noted(spark);
        RunFolder folder = RunFolder.of(isSet(outputDir) ? $(outputDir) : null, storage)) {
      FrameExperiment experiment = experiment();
      ExperimentConfig settings = experiment.config(folder.dir());
      Report report =
          new Experiment(
                  dataset.sparkSession(),
                  Console.log(LogLines.to(LoggerFactory.getLogger(DistillationClassifier.class))),
                  true,
                  () -> false)
              .run(settings, experiment.frames(dataset.toDF()));
      String file = report.distilled() == null ? "/model.zip" : "/student.zip";
      DistillationClassificationModel model =
          new DistillationClassificationModel(
              uid,
              new Student(
                  storage.read(folder.dir() + file, "outputDir"),
                  new ConfigReader().toTree(settings).toPrettyString(),
                  report));
      return copyValues(model.setParent(this), ParamMap.empty());
    }
  }

  private FrameExperiment experiment() {
    if (!isSet(config)) {
      throw new UserException(
          "'config' is not set: an experiment, from setConfigFile with a file or from setConfig with JSON");
    }
    List<String> all = new ArrayList<>(Arrays.asList($(overrides)));
    if (isSet(seed)) {
      all.add("seed=" + $(seed));
    }
    if (isSet(maxIter)) {
      all.add("schedule.epochs=" + $(maxIter));
    }
    return new FrameExperiment(
        $(config),
        all,
        $(featuresCol),
        $(labelCol),
        isSet(validationIndicatorCol) ? $(validationIndicatorCol) : null);
  }

  /**
   * What the model adds to a schema.
   *
   * @throws UserException when columns are missing or of another type
   */
  @Override
  public StructType transformSchema(StructType schema) {
    Columns columns = Columns.ofFrame(schema);
    columns.features(getFeaturesCol(), "featuresCol");
    columns.label(getLabelCol(), "labelCol");
    if (isSet(validationIndicatorCol)) {
      columns.indicator($(validationIndicatorCol), "validationIndicatorCol");
    }
    return OutputColumns.of(this).addTo(schema, OptionalInt.empty());
  }

  @Override
  public DistillationClassifier copy(ParamMap extra) {
    return defaultCopy(extra);
  }

  /** Reads an estimator that was saved. */
  public static MLReader<DistillationClassifier> read() {
    return new DefaultParamsReader<>();
  }

  /**
   * Reads an estimator that was saved.
   *
   * @param path where
   */
  public static DistillationClassifier load(String path) {
    return read().load(path);
  }

  @Override
  public Param<String> featuresCol() {
    return featuresCol;
  }

  /** Column of the labels, whole numbers from 0. */
  public Param<String> labelCol() {
    return labelCol;
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

  /** Column that is true for rows which the best epoch is chosen on; by default there are none. */
  public Param<String> validationIndicatorCol() {
    return validationIndicatorCol;
  }

  /** The experiment, as JSON. */
  public Param<String> config() {
    return config;
  }

  /** {@code key=value} pairs that win over the experiment, keys dotted. */
  public StringArrayParam overrides() {
    return overrides;
  }

  /** Seed of the first run; by default the experiment's. */
  public LongParam seed() {
    return seed;
  }

  /** Epochs; by default the experiment's. */
  public IntParam maxIter() {
    return maxIter;
  }

  /** Folder of checkpoints, report and models; by default nothing is kept. */
  public Param<String> outputDir() {
    return outputDir;
  }

  /** The column of the labels. */
  public String getLabelCol() {
    return getOrDefault(labelCol);
  }

  /** What wins over the experiment. */
  public String[] getOverrides() {
    return getOrDefault(overrides);
  }

  /** Sets the column of the examples: a vector, a list of numbers, or the bytes of an image. */
  public DistillationClassifier setFeaturesCol(String value) {
    return with(featuresCol, value);
  }

  /** Sets the column of the labels. */
  public DistillationClassifier setLabelCol(String value) {
    return with(labelCol, value);
  }

  /** Sets the column of the predicted class. */
  public DistillationClassifier setPredictionCol(String value) {
    return with(predictionCol, value);
  }

  /** Sets the column of the probabilities. */
  public DistillationClassifier setProbabilityCol(String value) {
    return with(probabilityCol, value);
  }

  /** Sets the column of the logits. */
  public DistillationClassifier setLogitsCol(String value) {
    return with(logitsCol, value);
  }

  /** Sets the column that marks the rows which the best epoch is chosen on. */
  public DistillationClassifier setValidationIndicatorCol(String value) {
    return with(validationIndicatorCol, value);
  }

  /**
   * Sets the experiment.
   *
   * @param file JSON or YAML; it is read at once, with what it takes from others
   * @throws UserException when it cannot be read
   */
  public DistillationClassifier setConfigFile(String file) {
    return setConfig(ConfigReader.text(Path.of(file)));
  }

  /**
   * Sets the experiment.
   *
   * @param json the text of a config file
   */
  public DistillationClassifier setConfig(String json) {
    return with(config, json);
  }

  /**
   * Sets what wins over the experiment.
   *
   * @param pairs {@code key=value}, keys dotted, such as {@code schedule.batch_size=64}
   */
  public DistillationClassifier setOverrides(String... pairs) {
    return with(overrides, pairs);
  }

  /** Sets the seed of the first run. */
  public DistillationClassifier setSeed(long value) {
    return with(seed, value);
  }

  /** Sets the epochs. */
  public DistillationClassifier setMaxIter(int value) {
    return with(maxIter, value);
  }

  /** Sets the folder of checkpoints, report and models, local or on another file system. */
  public DistillationClassifier setOutputDir(String value) {
    return with(outputDir, value);
  }

  private <T> DistillationClassifier with(Param<T> param, T value) {
    set(param, value);
    return this;
  }
}
