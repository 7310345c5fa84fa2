package io.limbeck.spark.precision;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class Float16Test {
  @Test
  void everyHalf_comesBack() {
    for (int bits = 0; bits < 1 << 16; bits++) {
      float value = Float16.toFloat((short) bits);
      if (Float.isNaN(value)) {
        assertThat(Float16.toFloat(Float16.of(value))).isNaN();
      } else {
        assertThat(Float16.of(value)).as("%x", bits).isEqualTo((short) bits);
      }
    }
  }

  /** Values of the standard's tables. */
  @Test
  void knownValues() {
    assertThat(Float16.of(1)).isEqualTo((short) 0x3c00);
    assertThat(Float16.of(-2)).isEqualTo((short) 0xc000);
    assertThat(Float16.of(65504)).isEqualTo((short) 0x7bff);
    assertThat(Float16.of(0x1p-14f)).isEqualTo((short) 0x0400);
    assertThat(Float16.of(0x1p-24f)).isEqualTo((short) 0x0001);
    assertThat(Float16.of(1 / 3f)).isEqualTo((short) 0x3555);
    assertThat(Float16.of(65520)).isEqualTo((short) 0x7c00);
    assertThat(Float16.of(-0f)).isEqualTo((short) 0x8000);
  }

  @Test
  void ties_goToEven() {
    assertThat(Float16.toFloat(Float16.of(2049))).isEqualTo(2048);
    assertThat(Float16.toFloat(Float16.of(2051))).isEqualTo(2052);
    assertThat(Float16.toFloat(Float16.of(0x1.8p-24f))).isEqualTo(0x1p-23f);
    assertThat(Float16.toFloat(Float16.of(0x1p-25f))).isEqualTo(0);
  }

  @Test
  void others_becomeTheNearest() {
    SplittableRandom random = new SplittableRandom(1);
    for (int i = 0; i < 200_000; i++) {
      float value = (float) Math.scalb(random.nextDouble(-2, 2), random.nextInt(-26, 15));
      short half = Float16.of(value);
      double error = Math.abs((double) Float16.toFloat(half) - value);
      for (int neighbour : new int[] {half - 1, half + 1}) {
        float other = Float16.toFloat((short) neighbour);
        if (Float.isFinite(other)) {
          assertThat(error).isLessThanOrEqualTo(Math.abs((double) other - value));
        }
      }
    }
  }
}
