package io.limbeck.core.schema;

import java.lang.annotation.ElementType;
import java.lang.annotation.Repeatable;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * A key of the reference that changes nothing here. It is accepted, so that a block can be carried
 * over as it is, as long as it has a value that asks for nothing else than what happens anyway. On
 * a record, or on an interface for all its members.
 */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.TYPE)
@Repeatable(NoEffect.All.class)
public @interface NoEffect {
  /** The key. */
  String key();

  /** Why it changes nothing. */
  String why();

  /** The values that it may have, as a JSON list. */
  String allowed();

  /** Several. */
  @Retention(RetentionPolicy.RUNTIME)
  @Target(ElementType.TYPE)
  @interface All {
    /** Each of them. */
    NoEffect[] value();
  }
}
