package io.limbeck.core.interception;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The switchboard between watched methods and those who watch them. A method is rewritten once in a
 * JVM, when someone first listens; from then on each call asks whether its own thread is listening,
 * and runs as ever when not. So threads never see each other's calls, and closing a listener, in
 * whatever way its block ends, gives the method back its own behaviour.
 */
public final class Interception implements AutoCloseable {
  private static final ThreadLocal<Map<String, List<CallListener>>> LISTENERS =
      ThreadLocal.withInitial(HashMap::new);

  private final String path;
  private final CallListener listener;
  private final Thread thread;

  private Interception(String path, CallListener listener) {
    this.path = path;
    this.listener = listener;
    this.thread = Thread.currentThread();
  }

  /**
   * Listens to a method's calls by this thread until closed.
   *
   * @param method the method
   * @param listener sees the calls; the first one that gives a replacement decides
   * @throws io.limbeck.core.error.UserException when this JVM lets no class be rewritten
   */
  public static Interception of(MethodPath method, CallListener listener) {
    Rewriting.ensure(method);
    String path = method.className() + "." + method.method();
    LISTENERS.get().computeIfAbsent(path, key -> new ArrayList<>()).add(listener);
    return new Interception(path, listener);
  }

  /**
   * Whether this thread listens to a method of certain packages. What may take a way past their
   * methods must not do so then.
   *
   * @param packages how the names of their classes begin
   */
  public static boolean isListeningIn(String... packages) {
    Set<String> paths = LISTENERS.get().keySet();
    if (paths.isEmpty()) {
      LISTENERS.remove();
    }
    return paths.stream().anyMatch(path -> Arrays.stream(packages).anyMatch(path::startsWith));
  }

  /** Stops listening. Must be called by the thread that began; a second call does nothing. */
  @Override
  public void close() {
    if (Thread.currentThread() != thread) {
      throw new IllegalStateException("Closed by another thread than the one that listens");
    }
    Map<String, List<CallListener>> all = LISTENERS.get();
    List<CallListener> listeners = all.get(path);
    if (listeners != null) {
      listeners.removeIf(each -> each == listener);
      if (listeners.isEmpty()) {
        all.remove(path);
      }
    }
    if (all.isEmpty()) {
      LISTENERS.remove();
    }
  }

  /**
   * Called by a watched method at its start. Public because its code is put into the watched class.
   *
   * @param path of the method, {@code package.Class.method}
   * @param arguments of the call
   * @return null to let it run
   */
  public static Object called(String path, Object[] arguments) {
    CallListener.Replacement replacement = null;
    for (CallListener each : listeners(path)) {
      CallListener.Replacement own =
          each.called(Collections.unmodifiableList(Arrays.asList(arguments)));
      replacement = replacement == null ? own : replacement;
    }
    return replacement;
  }

  /**
   * Called by a watched method at its end, unless it throws.
   *
   * @param path of the method
   * @param replacement what {@link #called} gave
   * @param value the method's own; null when it did not run
   * @return what the caller gets
   */
  public static Object returned(String path, Object replacement, Object value) {
    Object result =
        replacement instanceof CallListener.Replacement instead ? instead.value() : value;
    listeners(path).forEach(each -> each.returned(result));
    return result;
  }

  private static List<CallListener> listeners(String path) {
    List<CallListener> listeners = LISTENERS.get().get(path);
    return listeners == null ? List.of() : List.copyOf(listeners);
  }
}
