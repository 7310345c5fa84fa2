package io.limbeck.core.config;

import io.limbeck.core.schema.Families;

/**
 * Gives names to losses, connectors and recorders, so that configs need not write their class
 * names. Found with {@code java.util.ServiceLoader}: a jar on the class path that holds one is
 * enough.
 */
public interface TypeProvider {
  /**
   * Adds members.
   *
   * @param families what is known so far
   * @return the same with this provider's
   */
  Families addTo(Families families);
}
