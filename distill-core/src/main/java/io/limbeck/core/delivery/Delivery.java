package io.limbeck.core.delivery;

import io.limbeck.core.error.UserException;
import io.limbeck.core.interception.CallListener;
import io.limbeck.core.interception.Interception;
import io.limbeck.core.interception.MethodPath;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Optional;

/**
 * Carries the return values of one method from the teacher's pass to the student's, first in, first
 * out. For one thread.
 */
final class Delivery {
  private final String key;
  private final MethodPath method;
  private final int maxKeepData;
  // An optional, for a method may return null.
  private final ArrayDeque<Optional<Object>> queue = new ArrayDeque<>();

  Delivery(String key, MethodPath method, int maxKeepData) {
    this.key = key;
    this.method = method;
    this.maxKeepData = maxKeepData;
  }

  MethodPath method() {
    return method;
  }

  /** The teacher's pass: what the method returns is kept. */
  Interception collect() {
    return Interception.of(
        method,
        new CallListener() {
          @Override
          public void returned(Object value) {
            push(value);
          }
        });
  }

  /** The student's pass: what was kept is returned and the method does not run. */
  Interception override() {
    return Interception.of(
        method,
        new CallListener() {
          @Override
          public Replacement called(List<Object> arguments) {
            return new Replacement(pop());
          }
        });
  }

  private void push(Object value) {
    if (queue.size() >= maxKeepData) {
      throw new UserException(
          ("'%s': push into a full queue: the teacher's pass calls %s more than 'max_keep_data', %d, times; raise it to"
                  + " the number of calls")
              .formatted(key, method, maxKeepData));
    }
    queue.add(Optional.ofNullable(value));
  }

  private Object pop() {
    Optional<Object> value = queue.poll();
    if (value == null) {
      throw new UserException(
          "'%s': pop from an empty queue: the student's pass calls %s more often than the teacher's did"
              .formatted(key, method));
    }
    return value.orElse(null);
  }

  /** Both passes are over. */
  void requireEmpty() {
    if (!queue.isEmpty()) {
      int left = queue.size();
      queue.clear();
      throw new UserException(
          ("'%s': %d return value%s of %s left over at the end of the step: the student's pass calls it less often than"
                  + " the teacher's did")
              .formatted(key, left, left == 1 ? "" : "s", method));
    }
  }

  void clear() {
    queue.clear();
  }
}
