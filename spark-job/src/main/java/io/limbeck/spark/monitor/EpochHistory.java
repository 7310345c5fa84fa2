package io.limbeck.spark.monitor;

import io.limbeck.spark.report.EpochRecord;
import java.util.ArrayList;
import java.util.List;

/**
 * The epochs of a training, in bounded room: where there would be too many, every second one is let
 * go, and half as many are kept from then on. The first and the latest are always there.
 */
final class EpochHistory {
  private final List<EpochRecord> kept = new ArrayList<>();
  private int stride = 1;
  private int count;
  private EpochRecord latest;

  void add(EpochRecord epoch) {
    if (count % stride == 0) {
      if (kept.size() == RoundHistory.CAPACITY) {
        halve();
      }
      kept.add(epoch);
    }
    count++;
    latest = epoch;
  }

  private void halve() {
    for (int i = kept.size() - 1; i > 0; i -= 2) {
      kept.remove(i);
    }
    stride *= 2;
  }

  /** How many there were. */
  int count() {
    return count;
  }

  /** In their order. */
  List<EpochRecord> epochs() {
    List<EpochRecord> all = new ArrayList<>(kept);
    if (latest != null && !all.get(all.size() - 1).equals(latest)) {
      all.add(latest);
    }
    return List.copyOf(all);
  }
}
