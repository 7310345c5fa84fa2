package io.limbeck.core.interception;

import net.bytebuddy.asm.Advice;
import net.bytebuddy.implementation.bytecode.assign.Assigner;

/** The lines that are put into a watched method, at its start and before its return. */
final class CallAdvice {
  private CallAdvice() {}

  @Advice.OnMethodEnter(skipOn = Advice.OnNonDefaultValue.class)
  static Object enter(
      @Advice.Origin("#t.#m") String path, @Advice.AllArguments Object[] arguments) {
    return Interception.called(path, arguments);
  }

  // The parameter is Byte Buddy's way to hand out the value; it is read after the method.
  @SuppressWarnings({"UnusedVariable", "ParameterReassignment"})
  @Advice.OnMethodExit
  static void exit(
      @Advice.Origin("#t.#m") String path,
      @Advice.Enter Object replacement,
      @Advice.Return(readOnly = false, typing = Assigner.Typing.DYNAMIC) Object value) {
    value = Interception.returned(path, replacement, value);
  }
}
