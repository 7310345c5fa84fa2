package io.limbeck.core.recorder;

import io.limbeck.core.interception.MethodPath;
import io.limbeck.core.network.NetworkDescription;
import java.util.List;

/** Records the calls of a method, wherever they come from, as long as this thread's pass lasts. */
public sealed interface CallRecorder extends Recorder
    permits FunctionOutputs, FunctionInputs, MethodOutputs, MethodInputs {

  /** Whether the method is static. */
  MethodPath.Kind kind();

  /** Whether arguments are recorded, or else what is returned. */
  boolean inputs();

  /** The method. */
  default MethodPath path() {
    return MethodPath.of(source(), kind());
  }

  @Override
  default List<Origin> origins(NetworkDescription network) {
    try {
      return List.of(new Origin.Call(path().toString()));
    } catch (IllegalArgumentException e) {
      throw new UnknownSourceException(e.getMessage());
    }
  }
}
