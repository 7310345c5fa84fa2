package io.limbeck.core.config;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import io.limbeck.core.config.ScheduleConfig.LrSchedule;
import io.limbeck.core.config.ScheduleConfig.Updater;
import io.limbeck.core.distiller.DistillerConfig;
import io.limbeck.core.schema.Key;
import io.limbeck.core.schema.NoEffect;
import java.io.Serializable;
import java.util.Map;

/** The pipeline around the networks. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
@JsonSubTypes({
  @JsonSubTypes.Type(
      value = AlgorithmConfig.SingleTeacherDistill.class,
      name = "SingleTeacherDistill"),
  // The reference has a class of its own that prepares the connectors; here they prepare
  // themselves.
  @JsonSubTypes.Type(
      value = AlgorithmConfig.SingleTeacherDistill.class,
      name = "OverhaulFeatureDistillation"),
  // There the teacher runs up to its features and not its head; here no teacher goes on from the
  // deepest vertex that is recorded.
  @JsonSubTypes.Type(
      value = AlgorithmConfig.SingleTeacherDistill.class,
      name = "FpnTeacherDistill"),
  @JsonSubTypes.Type(
      value = AlgorithmConfig.MultiTeacherDistill.class,
      name = "MultiTeacherDistill"),
  @JsonSubTypes.Type(value = AlgorithmConfig.SelfDistill.class, name = "SelfDistill"),
  @JsonSubTypes.Type(
      value = AlgorithmConfig.DataFreeDistillation.class,
      name = "DataFreeDistillation"),
  @JsonSubTypes.Type(
      value = AlgorithmConfig.DaflDataFreeDistillation.class,
      name = "DAFLDataFreeDistillation"),
  @JsonSubTypes.Type(value = AlgorithmConfig.Supervised.class, name = "Supervised")
})
public sealed interface AlgorithmConfig extends Serializable {

  /** The network that learns. */
  ArchitectureConfig architecture();

  /** A pipeline in which a student learns from a distiller's losses. */
  sealed interface Distillation extends AlgorithmConfig {
    /** An earlier experiment whose student and connectors these start from; null for none. */
    Pretrained initCfg();

    /** Whether the student learns, or only connectors and losses. */
    boolean studentTrainable();

    /** Whether the labels' cross-entropy is part of the total. */
    boolean calculateStudentLoss();

    /** Factor of the labels' cross-entropy. */
    double studentLossWeight();

    /**
     * The epoch, from 0, from which the student learns from labels alone; null where distillation
     * goes on to the end.
     */
    Integer stopEpoch();

    /** What is compared with what. */
    DistillerConfig distiller();
  }

  /**
   * A frozen teacher, a student, and the distiller's losses between them.
   *
   * @param architecture the student
   * @param teacher the teacher
   * @param teacherCkpt the teacher's weights; null when its architecture is a model file, which
   *     holds them
   * @param initCfg an earlier experiment whose student and connectors these start from; null for a
   *     fresh start
   * @param studentTrainable whether the student learns, or only connectors and losses
   * @param calculateStudentLoss whether the labels' cross-entropy is part of the total
   * @param studentLossWeight factor of the labels' cross-entropy
   * @param stopEpoch the epoch, from 0, from which the student learns from labels alone; null for
   *     none
   * @param distiller what is compared with what
   */
  @NoEffect(key = "teacher_trainable", allowed = "[false]", why = "the teacher is frozen")
  @NoEffect(
      key = "teacher_norm_eval",
      allowed = "[true]",
      why = "the teacher's BatchNorms use the statistics that they have")
  record SingleTeacherDistill(
      @Key("The student") ArchitectureConfig architecture,
      @Key("The teacher") ArchitectureConfig teacher,
      @Key(
              value =
                  "Model zip with the teacher's weights; not needed where the teacher is a ModelFile",
              optional = true)
          String teacherCkpt,
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
      implements Distillation {}

  /** A pipeline with frozen teachers that are told apart by their names. */
  sealed interface SeveralTeachers extends Distillation {
    /** The teachers; {@code NAME.} begins the sources of what is recorded in one. */
    Map<String, TeacherConfig> teachers();
  }

  /**
   * Several frozen teachers, a student, and the distiller's losses between it and them: one for
   * each teacher, or such as weigh teachers against one another.
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
  record MultiTeacherDistill(
      @Key("The student") ArchitectureConfig architecture,
      @Key(
              value = "The teachers; NAME. begins the sources of what is recorded in one",
              minItems = 1)
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

  /**
   * One network teaches itself: what the teacher's recorders capture is its own, of the same pass,
   * and takes no gradient, so that deeper layers teach shallower ones.
   *
   * <p>Source: L. Zhang et al., "Be Your Own Teacher: Improve the Performance of Convolutional
   * Neural Networks via Self Distillation", ICCV 2019, arXiv:1905.08094; MMRazor's {@code
   * SelfDistill}.
   *
   * @param architecture the network
   * @param initCfg an earlier experiment whose network and connectors these start from; null for a
   *     fresh start
   * @param studentTrainable whether the network learns, or only connectors and losses
   * @param calculateStudentLoss whether the labels' cross-entropy is part of the total
   * @param studentLossWeight factor of the labels' cross-entropy
   * @param stopEpoch the epoch, from 0, from which the student learns from labels alone; null for
   *     none
   * @param distiller what is compared with what
   */
  record SelfDistill(
      @Key("The network") ArchitectureConfig architecture,
      @Key(
              value = "An earlier experiment whose network and connectors these start from",
              optional = true)
          Pretrained initCfg,
      @Key(
              value = "Whether the network learns, or only what connectors and losses learn",
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
                  "Epoch, counted from 0, from which the student learns from labels alone; by default distillation goes on"
                      + " to the end",
              optional = true,
              min = 1)
          Integer stopEpoch,
      @Key("What is compared with what; both recorder sets are of the one network")
          DistillerConfig distiller)
      implements Distillation {}

  /**
   * Distillation without data: a generator makes the images of noise. The student learns from its
   * teachers' answers to them, the generator from losses on both's answers.
   */
  sealed interface DataFree extends SeveralTeachers {
    /** What makes images. */
    GeneratorConfig generator();

    /** What the generator learns from. */
    DistillerConfig generatorDistiller();

    /** How fast it learns. */
    GeneratorSchedule generatorSchedule();

    /** Steps of each partition that count as an epoch. */
    int stepsPerEpoch();

    @Override
    default boolean studentTrainable() {
      return true;
    }

    /** There are no labels. */
    @Override
    default boolean calculateStudentLoss() {
      return false;
    }

    @Override
    default double studentLossWeight() {
      return 0;
    }

    @Override
    default Integer stopEpoch() {
      return null;
    }
  }

  /**
   * One of several teachers.
   *
   * @param architecture the network
   * @param teacherCkpt its weights; null when its architecture is a model file, which holds them
   */
  record TeacherConfig(
      @Key("The network") ArchitectureConfig architecture,
      @Key(
              value =
                  "Model zip with its weights; not needed where it is a ModelFile; the reference's ckpt_path is taken too",
              optional = true,
              alias = "ckpt_path")
          String teacherCkpt)
      implements Serializable {}

  /**
   * How fast a generator learns.
   *
   * @param updater the optimizer
   * @param weightDecay decay of weights, not of biases or BatchNorm
   * @param lrSchedule how the learning rate changes
   */
  record GeneratorSchedule(
      @Key(value = "The optimizer", def = "{\"type\": \"Adam\"}") Updater updater,
      @Key(value = "Weight decay, as in schedule.weight_decay", def = "0.0", min = 0)
          double weightDecay,
      @Key(value = "How the learning rate changes over the steps", def = "{\"type\": \"Constant\"}")
          LrSchedule lrSchedule)
      implements Serializable {}

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
  record DataFreeDistillation(
      @Key("The student") ArchitectureConfig architecture,
      @Key(
              value = "An earlier experiment whose student and connectors these start from",
              optional = true)
          Pretrained initCfg,
      @Key(
              value = "The teachers; NAME. begins the sources of what is recorded in one",
              minItems = 1)
          Map<String, TeacherConfig> teachers,
      @Key("What makes images of noise") GeneratorConfig generator,
      @Key("What the student learns from") DistillerConfig distiller,
      @Key("What the generator learns from") DistillerConfig generatorDistiller,
      @Key(value = "How fast the generator learns", def = "{}") GeneratorSchedule generatorSchedule,
      @Key(value = "Steps of each partition that count as an epoch", def = "100", min = 1)
          int stepsPerEpoch,
      @Key(value = "Mini-batches of the student for each of the generator", def = "1", min = 1)
          int studentIter,
      @Key(value = "Whether the student is first in a step", def = "false")
          boolean studentTrainFirst)
      implements DataFree {}

  /**
   * Student and generator learn from the same images, made before either of them has.
   *
   * <p>Source: H. Chen et al., "Data-Free Learning of Student Networks", ICCV 2019,
   * arXiv:1904.01186; MMRazor's {@code DAFLDataFreeDistillation}.
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
  record DaflDataFreeDistillation(
      @Key("The student") ArchitectureConfig architecture,
      @Key(
              value = "An earlier experiment whose student and connectors these start from",
              optional = true)
          Pretrained initCfg,
      @Key(
              value = "The teachers; NAME. begins the sources of what is recorded in one",
              minItems = 1)
          Map<String, TeacherConfig> teachers,
      @Key("What makes images of noise") GeneratorConfig generator,
      @Key("What the student learns from") DistillerConfig distiller,
      @Key("What the generator learns from") DistillerConfig generatorDistiller,
      @Key(value = "How fast the generator learns", def = "{}") GeneratorSchedule generatorSchedule,
      @Key(value = "Steps of each partition that count as an epoch", def = "100", min = 1)
          int stepsPerEpoch)
      implements DataFree {}

  /**
   * One network learns from labels alone: how a teacher is made, or a baseline.
   *
   * @param architecture the network
   */
  record Supervised(@Key("The network") ArchitectureConfig architecture)
      implements AlgorithmConfig {}
}
