package io.limbeck.core.config;

import io.limbeck.core.distiller.DistillerConfig;
import io.limbeck.core.schema.Key;
import java.util.Map;

/**
 * Several frozen teachers, a student, and the distiller's losses between it and them: one for each
 * teacher, or such as weigh teachers against one another.
 *
 * @param architecture the student
 * @param teachers by name
 * @param initCfg an earlier experiment whose student and connectors these start from; null for a
 *     fresh start
 * @param studentTrainable whether the student learns, or only connectors and losses
 * @param calculateStudentLoss whether the labels' cross-entropy is part of the total
 * @param studentLossWeight factor of the labels' cross-entropy
 * @param stopEpoch the epoch, from 0, from which the student learns from labels alone; null for
 *     none
 * @param distiller what is compared with what
 */
public record MultiTeacherDistill(
    @Key("The student") ArchitectureConfig architecture,
    @Key(value = "The teachers; NAME. begins the sources of what is recorded in one", minItems = 1)
        Map<String, TeacherConfig> teachers,
    @Key(
            value = "An earlier experiment whose student and connectors these start from",
            optional = true)
        Pretrained initCfg,
    @Key(
            value = "Whether the student learns, or only what connectors and losses learn",
            def = "true")
        boolean studentTrainable,
    @Key(
            value = "Whether the labels' cross-entropy is added to the distillation losses",
            def = "true")
        boolean calculateStudentLoss,
    @Key(value = "Factor of the labels' cross-entropy in the total", def = "1.0", min = 0)
        double studentLossWeight,
    @Key(
            value =
                "Epoch, counted from 0, from which the student learns from labels alone; the teachers no longer run then; by default distillation goes on"
                    + " to the end",
            optional = true,
            min = 1)
        Integer stopEpoch,
    @Key("What is compared with what") DistillerConfig distiller)
    implements SeveralTeachers {}
