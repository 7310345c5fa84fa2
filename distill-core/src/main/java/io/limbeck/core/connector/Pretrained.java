package io.limbeck.core.connector;

import io.limbeck.core.schema.Key;
import java.io.Serializable;

/**
 * Weights that an earlier experiment trained.
 *
 * @param checkpoint the {@code connectors.npz} that it wrote
 * @param prefix the connector's name there; null for the same as here
 */
public record Pretrained(
    @Key("The connectors.npz that an earlier experiment wrote") String checkpoint,
    @Key(value = "The connector's name there; by default the same as here", optional = true)
        String prefix)
    implements Serializable {}
