package io.limbeck.core.config;

import io.limbeck.core.distiller.DistillerConfig;
import io.limbeck.core.schema.Key;
import java.util.Map;

/**
 * The two take turns: for each mini-batch of the generator the student takes some, of new images.
 *
 * <p>Source: G. Fang et al., "Data-Free Adversarial Distillation", arXiv:1912.11006; P. Micaelli,
 * A. Storkey, "Zero-shot Knowledge Transfer via Adversarial Belief Matching", NeurIPS 2019,
 * arXiv:1905.09768; MMRazor's {@code DataFreeDistillation}, without the gradients that the
 * generator's step leaves on the student there.
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
 * @param studentIter mini-batches of the student in a step
 * @param studentTrainFirst whether the student is first in a step
 */
public record DataFreeDistillation(
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
        int stepsPerEpoch,
    @Key(value = "Mini-batches of the student for each of the generator", def = "1", min = 1)
        int studentIter,
    @Key(value = "Whether the student is first in a step", def = "false") boolean studentTrainFirst)
    implements DataFree {}
