package io.limbeck.core.network;

import java.io.Serializable;
import java.util.List;

/** A network that only runs forward, as it travels to the executors. */
public interface FrozenTeacher extends Serializable {
  /** Of all that its outputs depend on but its input: equal networks have equal fingerprints. */
  String fingerprint();

  /** The vertices that are put out. */
  List<String> outputs();

  /** How much its weights are, in bytes. */
  long bytes();

  /** Brings to this JVM what all its running instances have in common. */
  LoadedTeacher load();
}
