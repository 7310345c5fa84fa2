package io.limbeck.spark.worker;

import io.limbeck.core.network.FrozenTeacher;
import io.limbeck.core.network.LoadedTeacher;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The teachers of this executor: each frozen network is loaded once in a JVM, found by fingerprint,
 * and all tasks look at those weights. The least recently used teachers are let go, for a
 * long-lived executor may serve many experiments.
 */
public final class Teachers {
  private static final int KEPT = 8;
  private static final Map<String, LoadedTeacher> LOADED = new LinkedHashMap<>(8, 0.75f, true);
  private static final AtomicInteger LOADS = new AtomicInteger();

  private Teachers() {}

  /**
   * A teacher's weights in this JVM.
   *
   * @param teacher frozen
   */
  public static LoadedTeacher loaded(FrozenTeacher teacher) {
    synchronized (LOADED) {
      LoadedTeacher loaded = LOADED.get(teacher.fingerprint());
      if (loaded == null) {
        LOADS.incrementAndGet();
        // A teacher with a head loads the one without it on its way.
        loaded = teacher.load();
        LOADED.put(teacher.fingerprint(), loaded);
      }
      Iterator<String> oldest = LOADED.keySet().iterator();
      while (LOADED.size() > KEPT) {
        oldest.next();
        oldest.remove();
      }
      return loaded;
    }
  }

  /** How often a teacher has been loaded in this JVM. */
  static int loads() {
    return LOADS.get();
  }
}
