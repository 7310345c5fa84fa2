package io.limbeck.core.config;

import io.limbeck.core.distiller.DistillerConfig;
import io.limbeck.core.schema.Key;
import java.util.Map;

/**
 * Student and generator learn from the same images, made before either of them has.
 *
 * <p>Source: H. Chen et al., "Data-Free Learning of Student Networks", ICCV 2019, arXiv:1904.01186;
 * MMRazor's {@code DAFLDataFreeDistillation}.
 *
 * @param architecture the student
 * @param initCfg an earlier experiment whose student and connectors these start from; null for a
 *     fresh start
 * @param teachers by name
 * @param generator what makes images
 * @param distiller what the student learns from
 * @param generatorDistiller what the generator learns from
 * @param generatorSchedule how fast the generator learns
 * @param stepsPerEpoch steps of each partition that count as an epoch
 */
public record DaflDataFreeDistillation(
    @Key("The student") ArchitectureConfig architecture,
    @Key(
            value = "An earlier experiment whose student and connectors these start from",
            optional = true)
        Pretrained initCfg,
    @Key(value = "The teachers; NAME. begins the sources of what is recorded in one", minItems = 1)
        Map<String, TeacherConfig> teachers,
    @Key("What makes images of noise") GeneratorConfig generator,
    @Key("What the student learns from") DistillerConfig distiller,
    @Key("What the generator learns from") DistillerConfig generatorDistiller,
    @Key(value = "How fast the generator learns", def = "{}") GeneratorSchedule generatorSchedule,
    @Key(value = "Steps of each partition that count as an epoch", def = "100", min = 1)
        int stepsPerEpoch)
    implements DataFree {}
