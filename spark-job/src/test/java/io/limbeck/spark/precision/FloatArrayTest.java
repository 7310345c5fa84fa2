package io.limbeck.spark.precision;

import static org.assertj.core.api.Assertions.assertThat;

import org.apache.commons.lang3.SerializationUtils;
import org.junit.jupiter.api.Test;

class FloatArrayTest {
  @Test
  void travels_bitForBit() {
    float[] values = {1.5f, -0f, Float.NaN, Float.MIN_VALUE, Float.NEGATIVE_INFINITY, 3e38f};
    assertThat(SerializationUtils.roundtrip(FloatArray.of(values)).values()).isEqualTo(values);
    assertThat(SerializationUtils.roundtrip(FloatArray.empty()).length()).isZero();
  }
}
