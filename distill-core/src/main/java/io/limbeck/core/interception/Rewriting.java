package io.limbeck.core.interception;

import io.limbeck.core.error.UserException;
import java.lang.instrument.Instrumentation;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import net.bytebuddy.agent.ByteBuddyAgent;
import net.bytebuddy.agent.builder.AgentBuilder;
import net.bytebuddy.asm.Advice;
import net.bytebuddy.matcher.ElementMatchers;

/** Rewrites classes so that the calls of a method become known. Once a method and JVM. */
final class Rewriting {
  private static final Set<MethodPath> DONE = ConcurrentHashMap.newKeySet();

  private Rewriting() {}

  static void ensure(MethodPath method) {
    if (!DONE.contains(method)) {
      synchronized (DONE) {
        if (!DONE.contains(method)) {
          rewrite(method);
          DONE.add(method);
        }
      }
    }
  }

  private static void rewrite(MethodPath method) {
    Class<?> type = method.load();
    Problem problem = new Problem();
    new AgentBuilder.Default()
        .disableClassFormatChanges()
        .with(AgentBuilder.RedefinitionStrategy.RETRANSFORMATION)
        .with(AgentBuilder.TypeStrategy.Default.REDEFINE)
        .with(AgentBuilder.InitializationStrategy.NoOp.INSTANCE)
        .with(problem)
        .ignore(ElementMatchers.none())
        .type(ElementMatchers.is(type))
        .transform(
            (builder, description, loader, module, domain) ->
                builder.visit(
                    Advice.to(CallAdvice.class)
                        .on(
                            ElementMatchers.named(method.method())
                                .and(ElementMatchers.not(ElementMatchers.isAbstract())))))
        .installOn(instrumentation(method));
    problem.throwIfAny(method);
  }

  private static Instrumentation instrumentation(MethodPath method) {
    try {
      return ByteBuddyAgent.install();
    } catch (IllegalStateException e) {
      throw new UserException(
          ("Calls of %s cannot be watched: this Java runtime lets no agent attach to it (%s). Use a JDK rather than a"
                  + " JRE, or start driver and executors with -javaagent:byte-buddy-agent.jar")
              .formatted(method, e.getMessage()),
          e);
    }
  }

  /** What went wrong while a class was rewritten; the JVM itself keeps silent about it. */
  private static final class Problem extends AgentBuilder.Listener.Adapter {
    private Throwable thrown;

    @Override
    public void onError(
        String typeName,
        ClassLoader classLoader,
        net.bytebuddy.utility.JavaModule module,
        boolean loaded,
        Throwable throwable) {
      thrown = throwable;
    }

    void throwIfAny(MethodPath method) {
      if (thrown != null) {
        throw new IllegalStateException(method + " cannot be rewritten", thrown);
      }
    }
  }
}
