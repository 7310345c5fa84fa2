package io.limbeck.spark.averaging;

import static org.assertj.core.api.Assertions.assertThat;

import io.limbeck.spark.precision.FloatArray;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class LearntTest {
  @Test
  void halfDelta_keepsElevenBitsOfEveryDifference_howeverSmall() {
    SplittableRandom random = new SplittableRandom(3);
    for (double scale : new double[] {1e-30, 1e-9, 1, 1e20}) {
      float[] start = new float[1000];
      float[] end = new float[1000];
      for (int i = 0; i < end.length; i++) {
        end[i] = (float) (scale * random.nextDouble(0.01, 1) * (random.nextBoolean() ? 1 : -1));
      }
      float[] back = Learnt.HalfDelta.of(end, start).from(start);
      for (int i = 0; i < end.length; i++) {
        assertThat((double) Math.abs(back[i] - end[i]))
            .isLessThanOrEqualTo(Math.abs(end[i]) * 0x1p-11);
      }
    }
  }

  @Test
  void halfDelta_ofNothingLearnt_isTheStart_toTheBit() {
    float[] start = {0.1f, -3e-7f, 12345.678f};
    assertThat(Learnt.HalfDelta.of(start.clone(), start).from(start)).isEqualTo(start);
  }

  @Test
  void halfDelta_takesHalfTheBytes() {
    float[] start = new float[100];
    assertThat(new Learnt.Whole(FloatArray.of(start)).bytes()).isEqualTo(400);
    assertThat(Learnt.HalfDelta.of(start, start).bytes()).isEqualTo(200);
  }
}
