package io.limbeck.core.schema;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * One key of a config file: what it means, its default and its range, in one place. The JSON
 * Schema, the defaults, the checks and {@code docs/config.md} are all made from it. The key's name
 * is the record component's in snake case.
 */
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.RECORD_COMPONENT, ElementType.FIELD})
public @interface Key {
  /** What the key means, with its unit. */
  String value();

  /**
   * The default as JSON. Empty: there is none, and the key must be given unless {@link
   * #optional()}.
   */
  String def() default "";

  /** Whether the key may be left out although it has no default. */
  boolean optional() default false;

  /** Another name that a file may give it, such as the reference's. Empty: none. */
  String alias() default "";

  /** The smallest value allowed. */
  double min() default Double.NEGATIVE_INFINITY;

  /** The value must be greater than this. */
  double above() default Double.NEGATIVE_INFINITY;

  /** The largest value allowed. */
  double max() default Double.POSITIVE_INFINITY;

  /** The fewest entries of a list or map. */
  int minItems() default 0;

  /** The JSON that a {@code null} in a file stands for. Empty: null is not allowed. */
  String ifNull() default "";
}
