package io.limbeck.spark.worker;

import java.io.Serializable;

/**
 * What was measured of one partition's part of a round.
 *
 * @param executor on which it ran
 * @param gpu address of the one that its task was given; empty without
 * @param stepNanos time in training steps
 * @param teacherNanos the teacher's part of it
 * @param cachedExamples those of which the teacher's outputs were kept from before
 * @param squaredMove squared length of the way that the parameters went
 */
public record TaskMeasures(
    String executor,
    String gpu,
    long stepNanos,
    long teacherNanos,
    long cachedExamples,
    double squaredMove)
    implements Serializable {
  /** Of a partition that had nothing to do. */
  static final TaskMeasures NONE = new TaskMeasures("", "", 0, 0, 0, 0);
}
