package io.limbeck.spark.averaging;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class WeightedMeanTest {
  private static final float[] NOTHING = {9};

  private static Contribution random(int partition, Random random) {
    float[] values = new float[50];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) (random.nextGaussian() * Math.pow(10, random.nextInt(6) - 3));
    }
    return new Contribution(partition, 1 + random.nextInt(100), values);
  }

  @Test
  void mean_byHand() {
    WeightedMean mean =
        WeightedMean.of(
            List.of(
                new Contribution(0, 3, new float[] {1, 0}),
                new Contribution(1, 1, new float[] {5, 4})));
    assertThat(mean.mean(NOTHING)).containsExactly(2, 1);
    assertThat(mean.weight()).isEqualTo(4);
  }

  @Test
  void mean_ofOne_isThatVectorBitForBit() {
    Random random = new Random(1);
    for (int weight : new int[] {1, 3, 7, 60_000, 1_000_003}) {
      Contribution one = random(0, random);
      assertThat(WeightedMean.of(List.of(new Contribution(0, weight, one.values()))).mean(NOTHING))
          .isEqualTo(one.values());
    }
  }

  @Test
  void mean_ofEqualVectors_isUnchanged() {
    float[] values = random(0, new Random(2)).values();
    List<Contribution> equal = new ArrayList<>();
    for (int partition = 0; partition < 5; partition++) {
      equal.add(new Contribution(partition, partition + 1, values));
    }
    assertThat(WeightedMean.of(equal).mean(NOTHING)).isEqualTo(values);
  }

  @Test
  void merge_anyOrderAnyGrouping_sameBits() {
    Random random = new Random(3);
    List<Contribution> contributions = new ArrayList<>();
    for (int partition = 0; partition < 7; partition++) {
      contributions.add(random(partition, random));
    }
    float[] expected = WeightedMean.of(contributions).mean(NOTHING);
    for (int trial = 0; trial < 20; trial++) {
      Collections.shuffle(contributions, random);
      int cut = random.nextInt(8);
      WeightedMean left = WeightedMean.of(contributions.subList(0, cut));
      WeightedMean right = WeightedMean.of(contributions.subList(cut, 7));
      assertThat(right.merge(left).mean(NOTHING)).isEqualTo(expected);
    }
  }

  @Test
  void mean_partitionWithoutData_doesNotCount() {
    WeightedMean mean =
        WeightedMean.of(
            List.of(new Contribution(0, 2, new float[] {1}), new Contribution(1, 0, new float[0])));
    assertThat(mean.mean(NOTHING)).containsExactly(1);
  }

  @Test
  void mean_ofNothing_isTheAlternative() {
    assertThat(new WeightedMean().mean(NOTHING)).isSameAs(NOTHING);
    assertThat(WeightedMean.of(List.of(new Contribution(0, 0, new float[0]))).mean(NOTHING))
        .isSameAs(NOTHING);
  }

  @Test
  void add_samePartitionTwice() {
    WeightedMean mean = new WeightedMean().add(new Contribution(2, 1, new float[] {1}));
    assertThatThrownBy(() -> mean.add(new Contribution(2, 1, new float[] {1})))
        .hasMessage("Partition 2 contributes twice");
  }
}
