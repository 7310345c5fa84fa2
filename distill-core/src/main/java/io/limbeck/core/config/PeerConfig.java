package io.limbeck.core.config;

import io.limbeck.core.schema.Key;
import java.io.Serializable;

/**
 * One of several networks that teach each other.
 *
 * @param architecture the network
 * @param checkpoint weights that it starts from; null for fresh ones
 */
public record PeerConfig(
    @Key("The network") ArchitectureConfig architecture,
    @Key(
            value = "Model zip with weights that it starts from; by default it starts afresh",
            optional = true,
            alias = "ckpt_path")
        String checkpoint)
    implements Serializable {}
