package io.limbeck.core.config;

import io.limbeck.core.schema.Key;
import java.io.Serializable;

/**
 * When a training's state is kept, so that it can go on where it was stopped or killed.
 *
 * @param everyRounds rounds between two checkpoints; null for the end of each epoch
 * @param keep the newest ones of a run that stay
 */
public record CheckpointConfig(
    @Key(
            value =
                "Rounds between two checkpoints, under output.dir; by default one at the end of each epoch",
            optional = true,
            min = 1)
        Integer everyRounds,
    @Key(value = "How many checkpoints of a run stay, the newest ones", def = "2", min = 1)
        int keep)
    implements Serializable {}
