package io.limbeck.core.recorder;

import io.limbeck.core.interception.CallListener;
import io.limbeck.core.interception.Interception;
import io.limbeck.core.network.ForwardPass;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What the recorders captured in one forward pass. Calls of methods are captured from the start to
 * {@link #take} or {@link #close}; what the network computed is captured by {@link #take}.
 * Everything is held by reference and let go of by {@link #close}. For one thread.
 */
public final class Recording implements AutoCloseable {
  private final Map<String, List<Origin>> origins;
  private final Map<String, List<Object>> calls = new HashMap<>();
  private final List<Interception> interceptions = new ArrayList<>();
  private ForwardPass pass;

  Recording(Map<String, Recorder> recorders, Map<String, List<Origin>> origins) {
    this.origins = origins;
    try {
      recorders.forEach(this::listen);
    } catch (RuntimeException e) {
      stopListening();
      throw e;
    }
  }

  private void listen(String name, Recorder recorder) {
    if (recorder instanceof CallRecorder calledMethod) {
      List<Object> buffer = new ArrayList<>();
      calls.put(name, buffer);
      interceptions.add(Interception.of(calledMethod.path(), listener(calledMethod, buffer)));
    }
  }

  private static CallListener listener(CallRecorder recorder, List<Object> buffer) {
    if (recorder.inputs()) {
      return new CallListener() {
        @Override
        public Replacement called(List<Object> arguments) {
          buffer.add(new ArrayList<>(arguments));
          return null;
        }
      };
    }
    return new CallListener() {
      @Override
      public void returned(Object value) {
        buffer.add(value);
      }
    };
  }

  /**
   * Ends the pass and captures what it left behind.
   *
   * @param forwardPass the pass
   */
  public void take(ForwardPass forwardPass) {
    stopListening();
    pass = forwardPass;
  }

  /**
   * A recorded value.
   *
   * @param recorder its recorder's name
   * @param recordIdx which execution of the source, from 0; from -1 down counted from the last
   * @param dataIdx which item, where the value is a list; null for the whole
   * @return an array, a list, {@code DataSamples}, or what the method returned; not a copy
   * @throws IllegalStateException when nothing was recorded
   * @throws IndexOutOfBoundsException when there is no such execution or item
   */
  public Object get(String recorder, int recordIdx, Integer dataIdx) {
    Object record = record(recorder, recordIdx);
    if (dataIdx == null) {
      return record;
    }
    if (record instanceof Object[] array) {
      record = List.of(array);
    }
    if (!(record instanceof List<?> items)) {
      throw new IllegalStateException(
          "Recorder '%s' has recorded %s, which is no list, so data_idx must be left out"
              .formatted(recorder, record == null ? "null" : record.getClass().getSimpleName()));
    }
    return items.get(index("data_idx", recorder, dataIdx, items.size()));
  }

  /** Only the execution that is asked for is looked up: a network may not have run the others. */
  private Object record(String recorder, int recordIdx) {
    List<Object> recorded = calls.get(recorder);
    if (recorded != null) {
      requireSome(recorder, recorded.size());
      return recorded.get(index("record_idx", recorder, recordIdx, recorded.size()));
    }
    List<Origin> executions = pass == null ? List.of() : origins.get(recorder);
    requireSome(recorder, executions.size());
    return executions.get(index("record_idx", recorder, recordIdx, executions.size())).value(pass);
  }

  private static void requireSome(String recorder, int records) {
    if (records == 0) {
      throw new IllegalStateException("Recorder '" + recorder + "' has recorded nothing");
    }
  }

  private static int index(String what, String recorder, int index, int size) {
    int position = index < 0 ? size + index : index;
    if (position < 0 || position >= size) {
      throw new IndexOutOfBoundsException(
          "%s is %d but recorder '%s' has recorded %d".formatted(what, index, recorder, size));
    }
    return position;
  }

  private void stopListening() {
    interceptions.forEach(Interception::close);
    interceptions.clear();
  }

  /** Stops listening and lets go of everything that was recorded. */
  @Override
  public void close() {
    stopListening();
    calls.values().forEach(List::clear);
    pass = null;
  }
}
