package io.limbeck.spark.cli;

import io.limbeck.core.error.UserException;
import io.limbeck.dl4j.store.ModelFile;
import io.limbeck.spark.storage.Storage;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.apache.hadoop.conf.Configuration;
import org.deeplearning4j.nn.graph.ComputationGraph;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Takes the student out of a run. */
@Command(
    name = "export",
    mixinStandardHelpOptions = true,
    description = {
      "Copy the student out of a run's folder as a plain DL4J model: no teacher, no side branches, no updater state, and"
          + " no class of ours is needed to load it. By default the student of the seed with the best validation"
          + " accuracy, at its best epoch."
    })
final class ExportCommand implements Callable<Integer>, Verbosity.Aware {
  @Parameters(index = "0", paramLabel = "RUN", description = "Output folder of a distillation.")
  private String run;

  @Parameters(index = "1", paramLabel = "FILE", description = "Where the model zip goes.")
  private String file;

  @Option(names = "--seed", paramLabel = "N", description = "The student of this seed.")
  private Long seed;

  @Option(
      names = "--epoch",
      defaultValue = "BEST",
      description =
          "With --seed, which epoch's: ${COMPLETION-CANDIDATES}. Default: ${DEFAULT-VALUE}.")
  private Epoch epoch;

  @Mixin private Verbosity verbosity;

  enum Epoch {
    BEST,
    LAST
  }

  @Override
  public Integer call() {
    Storage storage = new Storage(new Configuration());
    String source =
        seed == null
            ? run + "/student.zip"
            : "%s/models/distilled-seed-%d-%s.zip"
                .formatted(run, seed, epoch.name().toLowerCase(Locale.ROOT));
    requireOver(storage);
    byte[] bytes = storage.read(source, "RUN");
    ComputationGraph student = ModelFile.read(bytes, source);
    storage.write(file, bytes);
    System.out.printf(
        "%s: %,d parameters, %,d bytes, from %s%n",
        file, student.numParams(), bytes.length, source);
    return 0;
  }

  /** A run that goes on, or was cut off, has models, but none of them is its student yet. */
  private void requireOver(Storage storage) {
    boolean going = storage.exists(run + "/models") && !storage.exists(run + "/report.json");
    if (seed == null && going) {
      throw new UserException(
          "'RUN' is \"%s\", whose training is not over: --seed N exports the best that a seed has come to so far, --epoch LAST its last epoch"
              .formatted(run));
    }
  }

  @Override
  public Verbosity verbosity() {
    return verbosity;
  }
}
