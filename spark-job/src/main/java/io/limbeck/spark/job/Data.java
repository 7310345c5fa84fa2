package io.limbeck.spark.job;

import io.limbeck.core.config.AlgorithmConfig.DataFree;
import io.limbeck.spark.data.DataLoader;
import io.limbeck.spark.data.ExampleSet;
import io.limbeck.spark.data.Part;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.spark.api.java.JavaSparkContext;

/**
 * The parts of the data, loaded.
 *
 * @param train what is learnt from
 * @param validation what chooses the best epoch
 * @param test what is reported
 */
record Data(ExampleSet train, Optional<ExampleSet> validation, Optional<ExampleSet> test) {

  static Data load(JavaSparkContext spark, DataLoader loader, Prepared prepared) {
    int[] shape = prepared.shape();
    int workers = prepared.workers();
    List<ExampleSet> loaded = new ArrayList<>();
    try {
      ExampleSet train =
          prepared.config().algorithm() instanceof DataFree dataFree
              ? ExampleSet.ofNoise(
                  spark,
                  workers,
                  dataFree.stepsPerEpoch(),
                  prepared.config().schedule().batchSize())
              : loader.load(Part.TRAIN, shape, workers).orElseThrow(Part.TRAIN::missing);
      loaded.add(train);
      Optional<ExampleSet> validation = loader.load(Part.VALIDATION, shape, workers);
      validation.ifPresent(loaded::add);
      return new Data(train, validation, loader.load(Part.TEST, shape, workers));
    } catch (RuntimeException e) {
      loaded.forEach(ExampleSet::release);
      throw e;
    }
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
