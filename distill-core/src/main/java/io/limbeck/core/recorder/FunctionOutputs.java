package io.limbeck.core.recorder;

import io.limbeck.core.interception.MethodPath;
import io.limbeck.core.schema.Key;

/**
 * Records what a static method returns, once for each call in a forward pass.
 *
 * @param source {@code package.Class#method}
 */
public record FunctionOutputs(
    @Key("The static method, package.Class#method, whose return values are recorded") String source)
    implements CallRecorder {

  @Override
  public MethodPath.Kind kind() {
    return MethodPath.Kind.FUNCTION;
  }

  @Override
  public boolean inputs() {
    return false;
  }
}
