package io.limbeck.spark.worker;

import io.limbeck.dl4j.graph.FrozenNetwork;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The teachers of this executor: each frozen network's weights become an array once in a JVM, found
 * by fingerprint, and all tasks look at that one array. Those of the least recently used teachers
 * are let go, for a long-lived executor may serve many experiments.
 */
final class Teachers {
  private static final int KEPT = 8;
  private static final Map<String, INDArray> WEIGHTS = new LinkedHashMap<>(8, 0.75f, true);
  private static final AtomicInteger MATERIALISED = new AtomicInteger();

  private Teachers() {}

  static INDArray weights(FrozenNetwork teacher) {
    synchronized (WEIGHTS) {
      INDArray weights =
          WEIGHTS.computeIfAbsent(
              teacher.fingerprint(),
              fingerprint -> {
                MATERIALISED.incrementAndGet();
                return teacher.sharedParameters();
              });
      Iterator<String> oldest = WEIGHTS.keySet().iterator();
      while (WEIGHTS.size() > KEPT) {
        oldest.next();
        oldest.remove();
      }
      return weights;
    }
  }

  /** How often weights have been turned into an array in this JVM. */
  static int materialised() {
    return MATERIALISED.get();
  }
}
