package io.limbeck.core.recorder;

import io.limbeck.core.interception.MethodPath;
import io.limbeck.core.schema.Key;

/**
 * Records what a method of an object returns, once for each call in a forward pass.
 *
 * @param source {@code package.Class#method}
 */
public record MethodOutputs(
    @Key("The method, package.Class#method, whose return values are recorded") String source)
    implements CallRecorder {

  @Override
  public MethodPath.Kind kind() {
    return MethodPath.Kind.METHOD;
  }

  @Override
  public boolean inputs() {
    return false;
  }
}
