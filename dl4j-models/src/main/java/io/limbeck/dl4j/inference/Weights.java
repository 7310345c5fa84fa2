package io.limbeck.dl4j.inference;

import io.limbeck.dl4j.onednn.OneDnn;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.bytedeco.dnnl.memory;
import org.bytedeco.dnnl.reorder;
import org.bytedeco.javacpp.FloatPointer;

/**
 * What the operations of a compiled network multiply with and add, in the layouts that they are
 * fastest with. One for all networks of a JVM that share their parameters; for any number of
 * threads.
 */
public final class Weights {
  private final Map<String, List<Packed>> kept = new HashMap<>();

  private boolean finite = true;

  private record Packed(Supplier<float[]> values, memory.desc plain, memory target) {}

  /** Whether all that was fetched is finite. */
  synchronized boolean isFinite() {
    return finite;
  }

  /** Fetches all again: the parameters have other values now. Nobody may be reading. */
  synchronized void refresh() {
    finite = true;
    kept.values().forEach(several -> several.forEach(this::fetch));
  }

  private void fetch(Packed packed) {
    float[] numbers = packed.values().get();
    for (float number : numbers) {
      finite &= Float.isFinite(number);
    }
    if (packed.plain().equals(packed.target().get_desc())) {
      new FloatPointer(packed.target().get_data_handle()).put(numbers);
      return;
    }
    // Let go of at once, for the garbage collector does not know how much it is.
    try (FloatPointer copy = new FloatPointer(numbers)) {
      memory from = new memory(packed.plain(), OneDnn.cpu(), copy);
      new reorder(from, packed.target()).execute(OneDnn.stream(), from, packed.target());
    }
  }

  /**
   * Numbers in a layout, made once.
   *
   * @param key what they are
   * @param values in plain order, as they are now
   * @param plain that order
   * @param wanted the layout
   */
  synchronized memory get(
      String key, Supplier<float[]> values, memory.desc plain, memory.desc wanted) {
    List<Packed> known = kept.computeIfAbsent(key, name -> new ArrayList<>());
    for (Packed each : known) {
      if (each.target().get_desc().equals(wanted)) {
        return each.target();
      }
    }
    Packed packed = new Packed(values, plain, new memory(wanted, OneDnn.cpu()));
    fetch(packed);
    known.add(packed);
    return packed.target();
  }
}
