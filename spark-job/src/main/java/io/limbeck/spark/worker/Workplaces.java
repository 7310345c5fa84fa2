package io.limbeck.spark.worker;

import io.limbeck.spark.device.TaskDevice;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;

/**
 * The workplaces of this executor JVM, kept from round to round: making a graph costs more than a
 * round of a small one. Each belongs to a device. Those of the least recently used plans are let
 * go.
 */
final class Workplaces {
  private static final int PLANS_KEPT = 2;
  private static final Map<String, Map<Integer, Deque<Workplace>>> FREE =
      new LinkedHashMap<>(8, 0.75f, true);

  private Workplaces() {}

  static Workplace take(WorkerPlan plan, TaskDevice device, Supplier<FrozenTeachers> teachers) {
    synchronized (FREE) {
      Deque<Workplace> free =
          FREE.computeIfAbsent(plan.id(), id -> new HashMap<>())
              .computeIfAbsent(device.number(), number -> new ArrayDeque<>());
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

  static void giveBack(WorkerPlan plan, TaskDevice device, Workplace workplace) {
    synchronized (FREE) {
      Map<Integer, Deque<Workplace>> free = FREE.get(plan.id());
      if (free != null) {
        free.computeIfAbsent(device.number(), number -> new ArrayDeque<>()).push(workplace);
      }
    }
  }
}
