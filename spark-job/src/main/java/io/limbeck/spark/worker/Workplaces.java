package io.limbeck.spark.worker;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;

/**
 * The workplaces of this executor JVM, kept from round to round: making a graph costs more than a
 * round of a small one. Those of the least recently used plans are let go.
 */
final class Workplaces {
  private static final int PLANS_KEPT = 2;
  private static final Map<String, Deque<Workplace>> FREE = new LinkedHashMap<>(8, 0.75f, true);

  private Workplaces() {}

  static Workplace take(WorkerPlan plan, Supplier<FrozenTeachers> teachers) {
    synchronized (FREE) {
      Deque<Workplace> free = FREE.computeIfAbsent(plan.id(), id -> new ArrayDeque<>());
      Iterator<String> plans = FREE.keySet().iterator();
      while (FREE.size() > PLANS_KEPT) {
        plans.next();
        plans.remove();
      }
      if (!free.isEmpty()) {
        return free.pop();
      }
    }
    return Workplace.of(plan, teachers);
  }

  static void giveBack(WorkerPlan plan, Workplace workplace) {
    synchronized (FREE) {
      Deque<Workplace> free = FREE.get(plan.id());
      if (free != null) {
        free.push(workplace);
      }
    }
  }
}
