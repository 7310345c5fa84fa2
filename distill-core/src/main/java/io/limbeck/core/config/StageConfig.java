package io.limbeck.core.config;

import io.limbeck.core.schema.Key;
import java.io.Serializable;

/**
 * A stage of several: an experiment of its own in all but its place in the order. What it does not
 * say of data, schedule and averaging the file says for all.
 *
 * @param base always null: what it names has been merged
 * @param algorithm networks and how they learn
 * @param data examples
 * @param schedule how long and how fast
 * @param averaging how the partitions' students become one
 * @param teacherCache where what the teacher puts out is kept; null for nowhere
 * @param epoch which epoch's models go on to the next stages
 */
public record StageConfig(
    @Key(value = "An earlier stage that this one is laid over, key by key", optional = true)
        String base,
    @Key(
            "The networks and how they learn. Where a model or an earlier experiment is named, stage:NAME is the output"
                + " folder of an earlier stage's run with the same seed: stage:NAME/student.zip is its student,"
                + " stage:NAME/model.zip what a Supervised one trained")
        AlgorithmConfig algorithm,
    @Key(value = "The examples; what is not said here the file's data say", optional = true)
        DataConfig data,
    @Key(
            value = "How long and how fast; what is not said here the file's schedule says",
            def = "{}")
        ScheduleConfig schedule,
    @Key(
            value =
                "How the partitions' students become one; what is not said here the file's averaging says",
            def = "{}")
        AveragingConfig averaging,
    @Key(
            value =
                "Keeps what the teacher puts out for the training examples, in this stage alone",
            optional = true)
        TeacherCacheConfig teacherCache,
    @Key(
            value =
                "Which epoch's models the stage leaves: the best one on validation examples, or the last one, which is the"
                    + " choice where what is learnt has no accuracy",
            def = "\"best\"")
        ResultEpoch epoch)
    implements Serializable {}
