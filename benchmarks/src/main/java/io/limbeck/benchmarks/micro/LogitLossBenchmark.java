package io.limbeck.benchmarks.micro;

import io.limbeck.core.loss.Loss;
import io.limbeck.core.loss.LossAndGradient;
import io.limbeck.core.loss.LossInputs;
import java.util.concurrent.TimeUnit;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** Losses of logits, of a hundred classes at batch 64. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class LogitLossBenchmark {
  private static final long[] SHAPE = {64, 100};

  @Param({"KLDivergence", "KDSoftCELoss", "DISTLoss", "PKTLoss", "DistanceWiseRKD", "AngleWiseRKD"})
  String type;

  private Loss loss;
  private INDArray student;
  private INDArray teacher;
  private LossInputs inputs;

  /** Once for all measurements. */
  @Setup
  public void prepare() {
    loss = Losses.of(type);
    student = Nd4j.randn(DataType.FLOAT, SHAPE);
    teacher = Nd4j.randn(DataType.FLOAT, SHAPE);
    inputs = Losses.inputs(loss, student, teacher);
  }

  /** Value and gradient. */
  @Benchmark
  public LossAndGradient loss() {
    return loss.lossAndGradient(inputs);
  }

  /** What to compare with: one native operation on the same arrays. */
  @Benchmark
  public INDArray difference() {
    return student.sub(teacher);
  }
}
