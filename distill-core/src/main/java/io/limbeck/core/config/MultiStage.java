package io.limbeck.core.config;

import io.limbeck.core.error.UserException;
import io.limbeck.core.schema.Key;
import java.util.List;
import java.util.Map;

/**
 * Several algorithms one after the other, each of which may start from what earlier ones have
 * learnt: connectors that are trained before the student, a teacher's assistant between a large
 * teacher and a small student, a teacher that is trained first. The experiment is about the last
 * stage's student.
 *
 * <p>Source: J. Kim et al., "Paraphrasing Complex Network: Network Compression via Factor
 * Transfer", NeurIPS 2018, arXiv:1802.04977; B. Heo et al., "Knowledge Transfer via Distillation of
 * Activation Boundaries", AAAI 2019, arXiv:1811.03233; S. Mirzadeh et al., "Improved Knowledge
 * Distillation via Teacher Assistant", AAAI 2020, arXiv:1902.03393.
 *
 * @param stages by name, in their order
 */
public record MultiStage(
    @Key(value = "The stages by name, in the order in which they run", minItems = 2)
        Map<String, StageConfig> stages)
    implements AlgorithmConfig {

  /** The name of the run that says what the last stage's student is without the others. */
  public static final String STUDENT_ALONE = "student-alone";

  /** Checks what stages are. */
  public MultiStage {
    FileNames.require("algorithm.stages", "a stage", stages.keySet(), List.of(STUDENT_ALONE));
    stages.forEach(
        (name, stage) -> {
          if (stage.algorithm() instanceof MultiStage) {
            throw new UserException(
                "'algorithm.stages.%s.algorithm.type' is MultiStage, but stages have none of their own"
                    .formatted(name));
          }
        });
  }

  /** The last stage. */
  StageConfig last() {
    return List.copyOf(stages.values()).get(stages.size() - 1);
  }

  @Override
  public ArchitectureConfig architecture() {
    return last().algorithm().architecture();
  }

  @Override
  public Map<String, LearningNetwork> learning() {
    return last().algorithm().learning();
  }
}
