package io.limbeck.spark.worker;

import io.limbeck.dl4j.graph.FrozenNetwork;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The teachers of this executor: each frozen network's weights become an array once in a JVM, found
 * by fingerprint, and all tasks look at that one array.
 */
final class Teachers {
  private static final ConcurrentHashMap<String, INDArray> WEIGHTS = new ConcurrentHashMap<>();
  private static final AtomicInteger MATERIALISED = new AtomicInteger();

  private Teachers() {}

  static INDArray weights(FrozenNetwork teacher) {
    return WEIGHTS.computeIfAbsent(
        teacher.fingerprint(),
        fingerprint -> {
          MATERIALISED.incrementAndGet();
          return teacher.sharedParameters();
        });
  }

  /** How often weights have been turned into an array in this JVM. */
  static int materialised() {
    return MATERIALISED.get();
  }
}
