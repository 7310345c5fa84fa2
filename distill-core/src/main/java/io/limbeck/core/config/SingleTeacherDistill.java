package io.limbeck.core.config;

import io.limbeck.core.distiller.DistillerConfig;
import io.limbeck.core.schema.Key;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A teacher, frozen or not, a student, and the distiller's losses between them.
 *
 * @param architecture the student
 * @param teacher the teacher
 * @param teacherCkpt the teacher's weights; null when its architecture is a model file, which holds
 *     them
 * @param teacherTrainable whether the teacher goes on learning, from the labels and from such
 *     losses as give its values gradients
 * @param teacherNormEval whether the teacher's BatchNorms use the statistics that they have, and
 *     not those of the mini-batch
 * @param teacherHead makes class scores of what is recorded in a teacher that has none; null where
 *     nobody asks for its accuracy, or it has
 * @param initCfg an earlier experiment whose student and connectors these start from; null for a
 *     fresh start
 * @param studentTrainable whether the student learns, or only connectors and losses
 * @param calculateStudentLoss whether the labels' cross-entropy is part of the total
 * @param studentLossWeight factor of the labels' cross-entropy
 * @param stopEpoch the epoch, from 0, from which the student learns from labels alone; null for
 *     none
 * @param distiller what is compared with what
 */
public record SingleTeacherDistill(
    @Key("The student") ArchitectureConfig architecture,
    @Key("The teacher") ArchitectureConfig teacher,
    @Key(
            value =
                "Model zip with the teacher's weights; not needed where the teacher is a ModelFile or an OnnxFile",
            optional = true)
        String teacherCkpt,
    @Key(
            value =
                "Whether the teacher goes on learning: from its own cross-entropy with the labels, which is logged as"
                    + " teacher.loss, and from those losses that give what it records gradients (KLDivergence with"
                    + " teacher_detach false, for one). It then runs as in training, in one pass with the student",
            def = "false")
        boolean teacherTrainable,
    @Key(
            value =
                "Whether the teacher's BatchNorms use the statistics that they have; with false they use those of each"
                    + " mini-batch, as in training",
            def = "true")
        boolean teacherNormEval,
    @Key(
            value =
                "The connector behind the teacher that makes class scores of what it records, trained by the experiment that"
                    + " init_cfg names: a teacher that is no classifier is evaluated by it",
            optional = true)
        ExitConfig teacherHead,
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
                "Epoch, counted from 0, from which the student learns from labels alone; the teacher no longer runs then; by default distillation goes on"
                    + " to the end",
            optional = true,
            min = 1)
        Integer stopEpoch,
    @Key("What is compared with what") DistillerConfig distiller)
    implements Distillation {
  /** The name under which a teacher that learns is one of the networks that do. */
  public static final String TEACHER = "teacher";

  @Override
  public Map<String, LearningNetwork> learning() {
    Map<String, LearningNetwork> learning = new LinkedHashMap<>(Distillation.super.learning());
    if (teacherTrainable) {
      learning.put(
          TEACHER,
          new LearningNetwork(
              teacher, "algorithm.teacher", true, teacherCkpt, "algorithm.teacher_ckpt", 1));
    }
    return learning;
  }
}
