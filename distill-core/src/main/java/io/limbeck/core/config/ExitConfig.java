package io.limbeck.core.config;

import io.limbeck.core.schema.Key;
import java.io.Serializable;

/**
 * Class scores that a connector puts out: an early exit of a network that teaches itself, or a head
 * on a teacher that has none.
 *
 * @param connector whose output is logits
 * @param connectorIdx which of its outputs; null where it has one
 */
public record ExitConfig(
    @Key("The connector whose output is logits") String connector,
    @Key(
            value = "Which of its outputs, from 0, for a connector with several",
            optional = true,
            min = 0)
        Integer connectorIdx)
    implements Serializable {}
