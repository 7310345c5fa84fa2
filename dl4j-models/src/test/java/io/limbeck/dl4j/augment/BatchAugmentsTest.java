package io.limbeck.dl4j.augment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.limbeck.core.config.BatchAugment;
import io.limbeck.core.config.BatchAugment.CutMix;
import io.limbeck.core.config.BatchAugment.Mixup;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.ops.transforms.Transforms;

class BatchAugmentsTest {
  private static final int EXAMPLES = 5;
  private final INDArray labels = Nd4j.eye(EXAMPLES).castTo(DataType.FLOAT);

  /** Example i is white where i is, on each of its channels. */
  private final INDArray images =
      Nd4j.zeros(DataType.FLOAT, EXAMPLES, 2, 6, 7)
          .addi(Nd4j.arange(EXAMPLES).castTo(DataType.FLOAT).reshape(EXAMPLES, 1, 1, 1));

  @BeforeEach
  void seed() {
    Nd4j.getRandom().setSeed(3);
  }

  private static BatchAugments of(BatchAugment... augments) {
    return new BatchAugments(List.of(augments));
  }

  @Test
  void mixup_mixesFeaturesAsLabels() {
    INDArray before = images.dup();
    BatchAugments.Mixed mixed = of(new Mixup(1, 1)).mix(images, labels);
    assertThat(images).isEqualTo(before);
    double stays = mixed.labels().maxNumber().doubleValue();
    for (int i = 0; i < EXAMPLES; i++) {
      INDArray row = mixed.labels().getRow(i);
      assertThat(row.sumNumber().doubleValue()).isCloseTo(1, within(1e-6));
      double expected = 0;
      for (int k = 0; k < EXAMPLES; k++) {
        expected += row.getDouble(k) * k;
      }
      assertThat(mixed.features().getDouble(i, 1, 5, 6)).isCloseTo(expected, within(1e-5));
    }
    assertThat(stays).isStrictlyBetween(0.0, 1.0001);
    assertThat(mixed.features()).isNotEqualTo(images);
  }

  @Test
  void cutMix_labelsFollowTheArea() {
    BatchAugments augments = of(new CutMix(1, 1));
    boolean cut = false;
    for (int round = 0; round < 20; round++) {
      BatchAugments.Mixed mixed = augments.mix(images, labels);
      for (int i = 0; i < EXAMPLES; i++) {
        for (int k = 0; k < EXAMPLES; k++) {
          double part =
              mixed.features().slice(i).eq(k).castTo(DataType.FLOAT).meanNumber().doubleValue();
          assertThat(mixed.labels().getDouble(i, k)).isCloseTo(part, within(1e-6));
          cut |= part > 0 && part < 1;
        }
      }
    }
    assertThat(cut).isTrue();
  }

  @Test
  void probabilities_chooseOneOrNone() {
    BatchAugments augments = of(new Mixup(1, 0.3), new CutMix(1, 0.3));
    int none = 0;
    int whole = 0;
    for (int round = 0; round < 400; round++) {
      INDArray features = augments.mix(images, labels).features();
      none += features == images ? 1 : 0;
      whole +=
          features != images
                  && features.sub(Transforms.round(features, true)).amaxNumber().doubleValue()
                      < 1e-6
              ? 1
              : 0;
    }
    assertThat(none / 400.0).isCloseTo(0.4, within(0.1));
    assertThat(whole / 400.0).as("cut").isCloseTo(0.3, within(0.1));
  }

  /** The variance of Beta(a, a) is 1 / (4 (2 a + 1)). */
  @Test
  void lambda_isBetaDistributed() {
    INDArray two = Nd4j.createFromArray(new float[][] {{0, 1}, {1, 0}});
    BatchAugments augments = of(new Mixup(0.2, 1));
    double squares = 0;
    int mixed = 0;
    for (int round = 0; round < 4000; round++) {
      double stays = augments.mix(two, two).labels().getDouble(0, 1);
      // Where the order stays, nothing is mixed.
      if (stays != 1) {
        squares += (stays - 0.5) * (stays - 0.5);
        mixed++;
      }
    }
    assertThat(squares / mixed).isCloseTo(1 / (4 * 1.4), within(0.01));
  }

  @Test
  void sameSeed_sameMixture_andLabelsMayBeMissing() {
    INDArray first = of(new Mixup(1, 1)).mix(images, labels).features();
    Nd4j.getRandom().setSeed(3);
    BatchAugments.Mixed second = of(new Mixup(1, 1)).mix(images, null);
    assertThat(second.features()).isEqualTo(first);
    assertThat(second.labels()).isNull();
  }
}
