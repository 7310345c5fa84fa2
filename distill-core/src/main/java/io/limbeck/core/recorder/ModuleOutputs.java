package io.limbeck.core.recorder;

import io.limbeck.core.schema.Key;

/**
 * Records the outputs of a module, one for each of its executions in a forward pass.
 *
 * @param source the module
 */
public record ModuleOutputs(
    @Key("Name of the module whose outputs are recorded, as the describe command prints it")
        String source)
    implements Recorder {}
