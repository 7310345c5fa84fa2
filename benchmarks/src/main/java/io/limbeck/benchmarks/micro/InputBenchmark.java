package io.limbeck.benchmarks.micro;

import io.limbeck.dl4j.engine.ChannelScaling;
import java.util.Random;
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
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** How a mini-batch's bytes become a network's inputs. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class InputBenchmark {
  private static final float[] FACTORS = {0.017f, 0.0175f, 0.0174f};
  private static final float[] SUMMANDS = {-2.1f, -2, -1.8f};

  private final INDArray images = Nd4j.create(DataType.FLOAT, 64, 3, 32, 32);
  private final byte[] bytes = new byte[64 * 3 * 32 * 32];
  private final float[] numbers = new float[bytes.length];
  private ChannelScaling scaling;

  /** Once for all measurements. */
  @Setup
  public void prepare() {
    new Random(1).nextBytes(bytes);
    scaling = new ChannelScaling(FACTORS, SUMMANDS);
  }

  /** In native memory. */
  @Benchmark
  public INDArray bytes() {
    scaling.write(bytes, images);
    return images;
  }

  /** What to compare with: on the heap, and then copied. */
  @Benchmark
  public INDArray onTheHeap() {
    for (int i = 0; i < bytes.length; i++) {
      numbers[i] = bytes[i] & 0xff;
    }
    scaling.write(numbers, images);
    return images;
  }
}
