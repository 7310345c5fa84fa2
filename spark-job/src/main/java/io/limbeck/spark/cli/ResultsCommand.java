package io.limbeck.spark.cli;

import io.limbeck.core.config.ExperimentConfig;
import io.limbeck.core.error.UserException;
import io.limbeck.spark.job.Experiment;
import io.limbeck.spark.job.FinishedExperiment;
import io.limbeck.spark.job.StoppedException;
import io.limbeck.spark.report.Report;
import io.limbeck.spark.report.ResultsPage;
import io.limbeck.spark.storage.Storage;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.apache.spark.sql.SparkSession;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Runs experiments and puts what they came to side by side. */
@Command(
    name = "results",
    mixinStandardHelpOptions = true,
    description = {
      "Run experiments, one config after the other, and write a page that compares them: with the first config's, and"
          + " with the student alone. Their reports are kept beside the page, in a folder of its name."
    })
final class ResultsCommand implements Callable<Integer>, Verbosity.Aware {
  @Parameters(arity = "1..*", paramLabel = "CONFIG", description = "Experiment file, JSON or YAML.")
  private List<Path> configs;

  @Option(
      names = "--page",
      required = true,
      paramLabel = "FILE",
      description = "Where the page goes, such as docs/results.md.")
  private Path page;

  @Option(
      names = "--resume",
      description =
          "Take over what is finished in the output folders, and go on from the checkpoints in the others.")
  private boolean resumes;

  @Mixin private ConfigOptions options;
  @Mixin private Verbosity verbosity;

  @Override
  public Integer call() {
    if (!page.getFileName().toString().endsWith(".md")) {
      throw new UserException("'--page' is " + page + " but must be a Markdown file, NAME.md");
    }
    Map<Path, ExperimentConfig> experiments = new LinkedHashMap<>();
    configs.forEach(file -> experiments.put(file, options.read(file)));
    requireComparable(experiments);
    SparkSession spark = verbosity.session("limbeck results");
    StopSignals signals = StopSignals.listen();
    Storage storage = new Storage(spark.sparkContext().hadoopConfiguration());
    List<ResultsPage.Entry> entries = new ArrayList<>();
    Map<String, String> failures = new LinkedHashMap<>();
    try {
      for (Map.Entry<Path, ExperimentConfig> each : experiments.entrySet()) {
        String label = label(each.getKey());
        try {
          Report report = report(spark, storage, signals, each.getValue());
          storage.write(reports() + "/" + label + ".json", report.toJson());
          entries.add(new ResultsPage.Entry(label, link(each.getKey()), report));
        } catch (UserException e) {
          // The others' hours are not lost for one that diverges.
          System.err.println(Terminal.error() + " " + label + ": " + e.getMessage());
          failures.put(label, e.getMessage());
        }
        if (!entries.isEmpty()) {
          // What is there so far, in case the next one takes hours and somebody stops it.
          String text = ResultsPage.of(entries, failures, command());
          storage.write(page.toString(), text.getBytes(StandardCharsets.UTF_8));
        }
      }
      System.out.printf("page: %s, reports: %s%n", page, reports());
      return failures.isEmpty() ? 0 : Limbeck.USER_ERROR;
    } catch (StoppedException e) {
      System.err.println(e.getMessage() + "; the same command with --resume goes on from there");
      return signals.exitCode();
    } finally {
      verbosity.stop(spark);
    }
  }

  private static String label(Path config) {
    return config.getFileName().toString().replaceFirst("\\.[a-z]+$", "");
  }

  /** What would spoil the page after hours. */
  private static void requireComparable(Map<Path, ExperimentConfig> experiments) {
    Map<String, Path> labels = new HashMap<>();
    experiments.forEach(
        (file, experiment) -> {
          Path other = labels.putIfAbsent(label(file), file);
          if (other != null) {
            throw new UserException(
                "%s and %s would both be called \"%s\" on the page: give one another file name"
                    .formatted(other, file, label(file)));
          }
          if (experiment.data().test() == null && experiment.data().validation() == null) {
            throw new UserException(
                "%s has neither 'data.test' nor 'data.validation', so there is nothing to compare"
                    .formatted(file));
          }
        });
  }

  private Report report(
      SparkSession spark, Storage storage, StopSignals signals, ExperimentConfig experiment) {
    Optional<Report> finished =
        resumes ? FinishedExperiment.report(storage, experiment) : Optional.empty();
    return finished.orElseGet(
        () ->
            new Experiment(spark, Terminal.console(), resumes, signals::received).run(experiment));
  }

  private String reports() {
    return page.toString().replaceFirst("\\.md$", "");
  }

  /** As the page has to say it. */
  private String link(Path config) {
    Path folder = page.toAbsolutePath().normalize().getParent();
    return folder.relativize(config.toAbsolutePath().normalize()).toString().replace('\\', '/');
  }

  private String command() {
    Path common = configs.get(0).getParent();
    boolean together = configs.stream().allMatch(each -> Objects.equals(each.getParent(), common));
    String files =
        together
            ? String.join(" ", configs.stream().map(each -> each.getFileName().toString()).toList())
            : String.join(" ", configs.stream().map(Path::toString).toList());
    return "deploy/local/limbeck results --page %s %s"
        .formatted(
            page, together && common != null && configs.size() > 3 ? common + "/*.json" : files);
  }

  @Override
  public Verbosity verbosity() {
    return verbosity;
  }
}
