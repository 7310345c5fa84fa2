package io.limbeck.core.config;

import io.limbeck.core.schema.Key;
import java.io.Serializable;

/**
 * Where results go.
 *
 * @param dir folder for report, models and the config as it was run
 * @param overwrite whether an earlier run's files in it may be replaced
 * @param epoch which epoch's models are the results
 */
public record OutputConfig(
    @Key(
            "Folder for the report, the models and the config as it was run; must be empty or not exist")
        String dir,
    @Key(value = "Whether an earlier run's files in the folder are replaced", def = "false")
        boolean overwrite,
    @Key(
            value =
                "Which epoch's models are the results: the best one on validation examples, or the last one; a student that"
                    + " does not learn has the last one's connectors in any case",
            def = "\"best\"")
        ResultEpoch epoch)
    implements Serializable {}
