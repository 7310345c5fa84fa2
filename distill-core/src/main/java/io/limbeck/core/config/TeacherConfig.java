package io.limbeck.core.config;

import io.limbeck.core.schema.Key;
import java.io.Serializable;

/**
 * One of several teachers.
 *
 * @param architecture the network
 * @param teacherCkpt its weights; null when its architecture is a model file, which holds them
 */
public record TeacherConfig(
    @Key("The network") ArchitectureConfig architecture,
    @Key(
            value =
                "Model zip with its weights; not needed where it is a ModelFile or an OnnxFile; the reference's ckpt_path is taken too",
            optional = true,
            alias = "ckpt_path")
        String teacherCkpt)
    implements Serializable {}
