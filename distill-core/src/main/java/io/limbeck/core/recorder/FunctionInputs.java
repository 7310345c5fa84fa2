package io.limbeck.core.recorder;

import io.limbeck.core.interception.MethodPath;
import io.limbeck.core.schema.Key;

/**
 * Records the arguments of a static method as a list, once for each call in a forward pass.
 *
 * @param source {@code package.Class#method}
 */
public record FunctionInputs(
    @Key("The static method, package.Class#method, whose arguments are recorded") String source)
    implements CallRecorder {

  @Override
  public MethodPath.Kind kind() {
    return MethodPath.Kind.FUNCTION;
  }

  @Override
  public boolean inputs() {
    return true;
  }
}
