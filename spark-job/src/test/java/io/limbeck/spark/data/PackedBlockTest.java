package io.limbeck.spark.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.limbeck.core.config.DataConfig.Normalize;
import io.limbeck.core.config.ImageAugment;
import io.limbeck.core.config.ImageAugment.Cutout;
import io.limbeck.core.config.ImageAugment.RandomCrop;
import io.limbeck.core.config.ImageAugment.RandomFlip;
import io.limbeck.core.error.UserException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.ndarray.INDArray;

class PackedBlockTest {
  private static final Normalize NONE = new Normalize(1.0, List.of(0.0), List.of(1.0));
  private static final int[] SHAPE = {2, 2, 3};

  /** Example i holds the bytes 12 i + 1, 12 i + 2, ... and has label i mod 2 and number 100 + i. */
  private static PackedBlock block(int examples, Normalize normalize, List<ImageAugment> augment) {
    byte[] pixels = new byte[12 * examples];
    int[] labels = new int[examples];
    long[] ids = new long[examples];
    for (int i = 0; i < pixels.length; i++) {
      pixels[i] = (byte) (i + 1);
    }
    for (int i = 0; i < examples; i++) {
      labels[i] = i % 2;
      ids[i] = 100 + i;
    }
    return new PackedBlock(
        3,
        0,
        new Preprocessing(SHAPE, 2, normalize, augment),
        new RawValues.Pixels(pixels),
        new Labels.OfExamples(labels),
        ids);
  }

  private static float[] values(INDArray array) {
    return array.dup('c').data().asFloat();
  }

  @Test
  void inOrder_givesEveryExampleOnce() {
    PackedBlock block = block(5, NONE, List.of());
    assertThat(block.steps(2)).isEqualTo(3);
    Block.Pass pass = block.inOrder(2);
    Batch first = pass.batch(0);
    assertThat(first.features().shape()).containsExactly(2, 2, 2, 3);
    assertThat(values(first.features())).startsWith(1, 2, 3).endsWith(22, 23, 24);
    assertThat(values(first.labels())).containsExactly(1, 0, 0, 1);
    assertThat(pass.batch(2).size()).isEqualTo(1);
    assertThat(values(pass.batch(2).features())).startsWith(49, 50);
  }

  @Test
  void batches_useTheirRoomAgain() {
    Block.Pass pass = block(6, NONE, List.of()).inOrder(3);
    Batch first = pass.batch(0);
    float[] ofFirst = values(first.labels());
    Batch second = pass.batch(1);

    assertThat(second.features()).isSameAs(first.features());
    assertThat(values(second.features())).startsWith(37, 38, 39).endsWith(70, 71, 72);
    assertThat(second.labels()).isSameAs(first.labels());
    assertThat(ofFirst).containsExactly(1, 0, 0, 1, 1, 0);
    assertThat(values(second.labels())).containsExactly(0, 1, 1, 0, 0, 1);
  }

  @Test
  void normalize_byChannel() {
    PackedBlock block =
        block(1, new Normalize(2.0, List.of(1.0, 0.0), List.of(0.5, 4.0)), List.of());
    float[] found = values(block.inOrder(1).batch(0).features());
    assertThat(found[0]).isEqualTo((1 / 2f - 1) / 0.5f);
    assertThat(found[11]).isEqualTo(12 / 2f / 4f);
  }

  @Test
  void normalize_bytesAreUnsigned_scaledBy255ByDefault() {
    PackedBlock block =
        new PackedBlock(
            0,
            0,
            new Preprocessing(
                new int[] {1}, 2, new Normalize(null, List.of(0.0), List.of(1.0)), List.of()),
            new RawValues.Pixels(new byte[] {(byte) 255}),
            new Labels.OfExamples(0),
            new long[] {0});
    assertThat(values(block.inOrder(1).batch(0).features())).containsExactly(1f);
  }

  @Test
  void normalize_numbersAreTakenAsTheyAreByDefault() {
    PackedBlock block =
        new PackedBlock(
            0,
            0,
            new Preprocessing(
                new int[] {2}, 2, new Normalize(null, List.of(0.5), List.of(0.25)), List.of()),
            new RawValues.Numbers(new float[] {1, 2, 0, 0.5f}),
            new Labels.OfExamples(0, 1),
            new long[] {0, 1});
    Block.Pass pass = block.inOrder(1);
    assertThat(values(pass.batch(0).features())).containsExactly(2, 6);
    assertThat(values(pass.batch(1).features())).containsExactly(-2, 0);
    assertThat(values(pass.batch(0).features())).containsExactly(2, 6);
  }

  @Test
  void augment_paddingIsNormalizedToo() {
    PackedBlock block =
        block(1, new Normalize(1.0, List.of(3.0), List.of(2.0)), List.of(new Cutout(9, 1)));
    assertThat(values(block.training(1, 0, 1).batch(0).features())).containsOnly(-1.5f);
  }

  @Test
  void training_sameSeedAndEpoch_sameBatches() {
    List<ImageAugment> augment = List.of(new RandomCrop(1), new RandomFlip(0.5));
    PackedBlock block = block(9, NONE, augment);
    float[] first = values(block.training(5, 2, 9).batch(0).features());
    assertThat(values(block(9, NONE, augment).training(5, 2, 9).batch(0).features()))
        .isEqualTo(first);
    assertThat(values(block.training(5, 3, 9).batch(0).features())).isNotEqualTo(first);
    assertThat(values(block.training(6, 2, 9).batch(0).features())).isNotEqualTo(first);
  }

  @Test
  void training_shuffles_everyExampleOnce() {
    PackedBlock block = block(7, NONE, List.of());
    List<Float> firsts = new ArrayList<>();
    for (int step = 0; step < block.steps(3); step++) {
      INDArray features = block.training(1, 0, 3).batch(step).features();
      for (int i = 0; i < features.size(0); i++) {
        firsts.add(features.getFloat(i, 0, 0, 0));
      }
    }
    assertThat(firsts).containsExactlyInAnyOrder(1f, 13f, 25f, 37f, 49f, 61f, 73f);
    assertThat(firsts).isNotEqualTo(List.of(1f, 13f, 25f, 37f, 49f, 61f, 73f));
  }

  @Test
  void augment_flip_mirrorsEveryChannel() {
    PackedBlock block = block(1, NONE, List.of(new RandomFlip(1)));
    assertThat(values(block.training(1, 0, 1).batch(0).features()))
        .containsExactly(3, 2, 1, 6, 5, 4, 9, 8, 7, 12, 11, 10);
    assertThat(values(block.inOrder(1).batch(0).features())).startsWith(1, 2, 3);
  }

  /**
   * Over many epochs every shift of a padded image is seen, pixels keep their neighbours and
   * padding is zero.
   */
  @Test
  void augment_crop_shiftsWithZeros() {
    PackedBlock block = block(1, NONE, List.of(new RandomCrop(1)));
    List<Integer> shifts = new ArrayList<>();
    for (int epoch = 0; epoch < 200; epoch++) {
      float[] found = values(block.training(1, epoch, 1).batch(0).features());
      int shift = shiftOf(found);
      if (!shifts.contains(shift)) {
        shifts.add(shift);
      }
    }
    assertThat(shifts).hasSize(9);
  }

  @Test
  void augment_cutout_blackensASquareOfEveryChannel() {
    PackedBlock block = block(1, NONE, List.of(new Cutout(1, 1)));
    List<Integer> places = new ArrayList<>();
    for (int epoch = 0; epoch < 100; epoch++) {
      float[] found = values(block.training(1, epoch, 1).batch(0).features());
      List<Integer> black =
          IntStream.range(0, found.length).filter(i -> found[i] == 0).boxed().toList();
      assertThat(black).hasSize(2);
      assertThat(black.get(1)).isEqualTo(black.get(0) + 6);
      if (!places.contains(black.get(0))) {
        places.add(black.get(0));
      }
    }
    assertThat(places).hasSize(6);
    float[] cut =
        values(block(1, NONE, List.of(new Cutout(9, 1))).training(1, 0, 1).batch(0).features());
    assertThat(cut).containsOnly(0f);
    float[] never =
        values(block(1, NONE, List.of(new Cutout(9, 0))).training(1, 0, 1).batch(0).features());
    assertThat(never).startsWith(1, 2, 3);
  }

  private static int shiftOf(float[] found) {
    for (int down = -1; down <= 1; down++) {
      for (int right = -1; right <= 1; right++) {
        if (java.util.Arrays.equals(found, shifted(down, right))) {
          return 3 * down + right;
        }
      }
    }
    throw new AssertionError("Not a shift: " + java.util.Arrays.toString(found));
  }

  private static float[] shifted(int down, int right) {
    float[] result = new float[12];
    for (int channel = 0; channel < 2; channel++) {
      for (int y = 0; y < 2; y++) {
        for (int x = 0; x < 3; x++) {
          boolean inside = y + down >= 0 && y + down < 2 && x + right >= 0 && x + right < 3;
          int source = channel * 6 + (y + down) * 3 + x + right;
          result[channel * 6 + y * 3 + x] = inside ? source + 1 : 0;
        }
      }
    }
    return result;
  }

  @Test
  void normalize_otherChannelCount() {
    assertThatThrownBy(
            () -> block(1, new Normalize(1.0, List.of(0.0, 0.0, 0.0), List.of(1.0)), List.of()))
        .isInstanceOf(UserException.class)
        .hasMessage("'data.normalize.mean' has 3 entries but the examples have 2 channels");
  }

  @Test
  void normalize_zeroStd() {
    assertThatThrownBy(() -> block(1, new Normalize(1.0, List.of(0.0), List.of(0.0)), List.of()))
        .isInstanceOf(UserException.class)
        .hasMessage("'data.normalize.std' is [0.0] but no entry may be 0");
  }

  @Test
  void augment_notAnImage() {
    assertThatThrownBy(() -> new Preprocessing(new int[] {4}, 2, NONE, List.of(new RandomFlip(1))))
        .isInstanceOf(UserException.class)
        .hasMessage("'data.augment' changes images, but the examples have shape [4]");
  }
}
