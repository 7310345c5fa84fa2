package io.limbeck.spark.cli;

import io.limbeck.core.config.ExperimentConfig;
import io.limbeck.core.network.FrozenTeacher;
import io.limbeck.spark.data.DataLoader;
import io.limbeck.spark.data.ExampleSet;
import io.limbeck.spark.evaluation.Evaluator;
import io.limbeck.spark.evaluation.Scores;
import io.limbeck.spark.model.ModelFactory;
import io.limbeck.spark.source.Part;
import io.limbeck.spark.storage.Storage;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.SparkSession;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Evaluates a model file on a config's data. */
@Command(
    name = "evaluate",
    mixinStandardHelpOptions = true,
    description = "Evaluate a model, a student or a teacher, on the data of a config.")
final class EvaluateCommand implements Callable<Integer>, Verbosity.Aware {
  @Parameters(
      paramLabel = "MODEL",
      description = "DL4J model zip, Keras' HDF5 file, or ONNX file (*.onnx).")
  private String model;

  @Option(
      names = "--config",
      required = true,
      paramLabel = "CONFIG",
      description = "Config whose data block is used.")
  private Path config;

  @Option(
      names = "--part",
      defaultValue = "TEST",
      description = "Part of the data: ${COMPLETION-CANDIDATES}. Default: ${DEFAULT-VALUE}.")
  private Part part;

  @Mixin private ConfigOptions options;
  @Mixin private Verbosity verbosity;

  @Override
  public Integer call() {
    ExperimentConfig experiment = options.read(config);
    SparkSession spark = verbosity.session("limbeck evaluate " + model);
    try {
      JavaSparkContext context = new JavaSparkContext(spark.sparkContext());
      DataLoader loader = new DataLoader(spark, experiment.data());
      int[] shape = loader.shape();
      int classes = experiment.data().numClasses();
      FrozenTeacher frozen =
          new ModelFactory(new Storage(context.hadoopConfiguration()), shape, experiment.data())
              .classifier(model, "MODEL");
      ExampleSet examples =
          loader.load(part, shape, context.defaultParallelism()).orElseThrow(part::missing);
      print(new Evaluator(context, classes).score(frozen, examples, "evaluate " + model));
      return 0;
    } finally {
      verbosity.stop(spark);
    }
  }

  private void print(Scores scores) {
    System.out.printf(
        "%s on %d %s %s: accuracy %.2f %%, cross-entropy %.4f%n",
        model,
        scores.examples(),
        part.name().toLowerCase(Locale.ROOT),
        scores.ofPixels() ? "pixels" : "examples",
        100 * scores.accuracy(),
        scores.crossEntropy());
    double[] byClass = scores.accuracyByClass();
    double[] iou = scores.iouByClass();
    for (int label = 0; label < byClass.length; label++) {
      System.out.printf(
          "class %-4d accuracy %.2f %%%s%n",
          label,
          100 * byClass[label],
          scores.ofPixels() ? ", IoU %.2f %%".formatted(100 * iou[label]) : "");
    }
    if (scores.ofPixels()) {
      System.out.printf("mean IoU %.2f %%%n", 100 * scores.meanIou());
    }
  }

  @Override
  public Verbosity verbosity() {
    return verbosity;
  }
}
