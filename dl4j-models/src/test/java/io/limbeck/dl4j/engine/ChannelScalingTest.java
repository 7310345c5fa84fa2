package io.limbeck.dl4j.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

class ChannelScalingTest {
  private static final float[] FACTORS = {1 / 255f, 0.0123f, -3};
  private static final float[] SUMMANDS = {-0.81f, 0, 1.5f};

  @AfterEach
  void switchOn() {
    System.clearProperty(CpuEngine.PROPERTY);
  }

  private static byte[] bytes(int length) {
    byte[] bytes = new byte[length];
    new Random(1).nextBytes(bytes);
    return bytes;
  }

  private static ChannelScaling scaling(int channels) {
    return new ChannelScaling(Arrays.copyOf(FACTORS, channels), Arrays.copyOf(SUMMANDS, channels));
  }

  @ParameterizedTest
  @CsvSource({"1, 1, 1, 1", "5, 3, 7, 9", "32, 1, 28, 28", "64, 3, 32, 32", "3, 2, 1, 17"})
  void bytes_areEachTimesFactorPlusSummand_toTheBit(int examples, int channels, int h, int w) {
    byte[] bytes = bytes(examples * channels * h * w + 3);
    INDArray fast = Nd4j.valueArrayOf(new long[] {examples, channels, h, w}, Float.NaN);
    scaling(channels).write(bytes, fast);
    System.setProperty(CpuEngine.PROPERTY, "false");
    INDArray slow = Nd4j.valueArrayOf(fast.shape(), Float.NaN);
    scaling(channels).write(bytes, slow);

    float[] expected = new float[examples * channels * h * w];
    for (int i = 0; i < expected.length; i++) {
      int channel = i / (h * w) % channels;
      expected[i] = (bytes[i] & 0xff) * FACTORS[channel] + SUMMANDS[channel];
    }
    assertThat(HeapCopy.of(fast)).isEqualTo(expected);
    assertThat(HeapCopy.of(slow)).isEqualTo(expected);
  }

  @Test
  void numbers_asBytesOfTheSameValues() {
    byte[] bytes = bytes(4 * 3 * 10);
    float[] numbers = new float[bytes.length];
    for (int i = 0; i < bytes.length; i++) {
      numbers[i] = bytes[i] & 0xff;
    }
    INDArray ofBytes = Nd4j.create(4, 3, 5, 2);
    scaling(3).write(bytes, ofBytes);
    INDArray ofNumbers = Nd4j.create(4, 3, 5, 2);
    scaling(3).write(numbers, ofNumbers);
    assertThat(HeapCopy.of(ofNumbers)).isEqualTo(HeapCopy.of(ofBytes));
  }

  @Test
  void batches_ofOtherSizes_oneAfterTheOther() {
    ChannelScaling scaling = new ChannelScaling(new float[] {0.5f}, new float[] {-1});
    byte[] bytes = {(byte) 255, 51, 0, 102};
    INDArray one = Nd4j.create(1, 2);
    scaling.write(bytes, one);
    INDArray full = Nd4j.valueArrayOf(new long[] {2, 2}, Float.NaN);
    scaling.write(bytes, full);
    assertThat(HeapCopy.of(one)).containsExactly(126.5f, 24.5f);
    assertThat(HeapCopy.of(full)).containsExactly(126.5f, 24.5f, -1, 50);
    scaling.write(new byte[] {2, 4, 6, 8}, full);
    assertThat(HeapCopy.of(full)).containsExactly(0, 1, 2, 3);
  }
}
