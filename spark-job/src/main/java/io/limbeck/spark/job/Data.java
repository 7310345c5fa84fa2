package io.limbeck.spark.job;

import io.limbeck.core.config.DataFree;
import io.limbeck.core.config.ExperimentConfig;
import io.limbeck.spark.data.DataLoader;
import io.limbeck.spark.data.ExampleSet;
import io.limbeck.spark.preparation.Background;
import io.limbeck.spark.preparation.Prepared;
import io.limbeck.spark.source.Part;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;
import org.apache.spark.api.java.JavaSparkContext;

/**
 * The parts of the data, loaded.
 *
 * @param train what is learnt from
 * @param validation what chooses the best epoch
 * @param test what is reported
 */
record Data(ExampleSet train, Optional<ExampleSet> validation, Optional<ExampleSet> test) {

  /** Loads all parts at once: while Spark plans one, there are tasks of another. */
  static Data load(JavaSparkContext spark, DataLoader loader, Prepared prepared) {
    Function<Part, Background<Optional<ExampleSet>>> load =
        part ->
            Background.start(
                "load " + part.key(),
                () -> loader.load(part, prepared.shape(), prepared.workers()));
    Background<Optional<ExampleSet>> train =
        prepared.config().algorithm() instanceof DataFree dataFree
            ? Background.start("noise", () -> Optional.of(noise(spark, dataFree, prepared)))
            : load.apply(Part.TRAIN);
    Background<Optional<ExampleSet>> validation = load.apply(Part.VALIDATION);
    Background<Optional<ExampleSet>> test = load.apply(Part.TEST);
    try {
      return new Data(
          train.await().orElseThrow(Part.TRAIN::missing), validation.await(), test.await());
    } catch (RuntimeException e) {
      Stream.of(train, validation, test)
          .flatMap(each -> each.ifDone().stream())
          .flatMap(Optional::stream)
          .forEach(ExampleSet::release);
      throw e;
    }
  }

  /** Whether an experiment's training examples are made and not read. */
  static boolean isMade(Prepared prepared) {
    return isMade(prepared.config());
  }

  /** The same of a config. */
  static boolean isMade(ExperimentConfig config) {
    return config.algorithm() instanceof DataFree;
  }

  private static ExampleSet noise(JavaSparkContext spark, DataFree dataFree, Prepared prepared) {
    return ExampleSet.ofNoise(
        spark,
        prepared.workers(),
        dataFree.stepsPerEpoch(),
        prepared.config().schedule().batchSize());
  }

  /** Examples of each part. */
  Map<String, Long> sizes() {
    Map<String, Long> sizes = new LinkedHashMap<>();
    sizes.put("train", train.size());
    validation.ifPresent(part -> sizes.put("validation", part.size()));
    test.ifPresent(part -> sizes.put("test", part.size()));
    return sizes;
  }

  void release() {
    train.release();
    validation.ifPresent(ExampleSet::release);
    test.ifPresent(ExampleSet::release);
  }
}
