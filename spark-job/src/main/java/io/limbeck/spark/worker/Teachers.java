package io.limbeck.spark.worker;

import io.limbeck.dl4j.graph.FrozenNetwork;
import io.limbeck.dl4j.graph.SharedWeights;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The teachers of this executor: each frozen network's weights become an array once in a JVM, found
 * by fingerprint, and all tasks look at that one array. Those of the least recently used teachers
 * are let go, for a long-lived executor may serve many experiments.
 */
final class Teachers {
  private static final int KEPT = 8;
  private static final Map<String, SharedWeights> WEIGHTS = new LinkedHashMap<>(8, 0.75f, true);
  private static final AtomicInteger MATERIALISED = new AtomicInteger();

  private Teachers() {}

  static SharedWeights weights(FrozenNetwork teacher) {
    synchronized (WEIGHTS) {
      SharedWeights weights =
          WEIGHTS.computeIfAbsent(
              teacher.fingerprint(),
              fingerprint -> {
                MATERIALISED.incrementAndGet();
                return teacher.sharedWeights();
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
