package io.limbeck.spark.worker;

import io.limbeck.core.network.FrozenTeacher;
import io.limbeck.core.network.LoadedTeacher;
import io.limbeck.spark.device.TaskDevice;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The teachers of this executor: each frozen network is loaded once in a JVM and on a device, found
 * by fingerprint, and all tasks look at those weights. The least recently used teachers are let go,
 * for a long-lived executor may serve many experiments.
 */
public final class Teachers {
  private static final int KEPT = 8;
  private static final Map<Key, LoadedTeacher> LOADED = new LinkedHashMap<>(8, 0.75f, true);
  private static final AtomicInteger LOADS = new AtomicInteger();

  /**
   * What a loaded teacher is found by.
   *
   * @param fingerprint of the frozen one
   * @param device number of the one that its weights are on
   */
  private record Key(String fingerprint, int device) {}

  private Teachers() {}

  /**
   * A teacher's weights in this JVM.
   *
   * @param teacher frozen
   */
  public static LoadedTeacher loaded(FrozenTeacher teacher) {
    Key key = new Key(teacher.fingerprint(), TaskDevice.current().number());
    synchronized (LOADED) {
      LoadedTeacher loaded = LOADED.get(key);
      if (loaded == null) {
        LOADS.incrementAndGet();
        // A teacher with a head loads the one without it on its way.
        loaded = teacher.load();
        LOADED.put(key, loaded);
      }
      Iterator<Key> oldest = LOADED.keySet().iterator();
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
