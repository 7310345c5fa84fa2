package io.limbeck.spark.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.limbeck.core.config.BatchAugment;
import io.limbeck.core.config.DataConfig;
import io.limbeck.core.config.DataConfig.Normalize;
import io.limbeck.core.config.DataSource;
import io.limbeck.core.config.DataSource.Csv;
import io.limbeck.core.config.DataSource.Idx;
import io.limbeck.core.config.DataSource.MaskFolder;
import io.limbeck.core.config.DataSource.Parquet;
import io.limbeck.core.config.ImageAugment;
import io.limbeck.core.config.LabelType;
import io.limbeck.core.error.UserException;
import io.limbeck.spark.TestData;
import io.limbeck.spark.TestMasks;
import io.limbeck.spark.TestSpark;
import io.limbeck.spark.source.Part;
import java.awt.Color;
import java.awt.image.BufferedImage;
import java.awt.image.IndexColorModel;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.api.ndarray.INDArray;

class MaskDataTest {
  private static final Normalize PLAIN = new Normalize(1.0, List.of(0.0), List.of(1.0));

  @TempDir private Path dir;

  @BeforeEach
  void write() {
    TestMasks.write(dir, 6, 1);
  }

  private String path(String name) {
    return dir.resolve(name).toString();
  }

  private MaskFolder folder() {
    return new MaskFolder(path("images"), path("masks"), 0, null);
  }

  private static DataConfig config(
      DataSource source, int classes, LabelType type, ImageAugment... augment) {
    return new DataConfig(
        classes,
        null,
        source,
        null,
        null,
        PLAIN,
        List.of(augment),
        null,
        null,
        List.of(),
        null,
        32,
        null,
        type);
  }

  private static DataLoader loader(DataSource source, int classes, ImageAugment... augment) {
    return new DataLoader(TestSpark.session(), config(source, classes, LabelType.MAP, augment));
  }

  private static ExampleSet load(DataLoader loader) {
    return loader.load(Part.TRAIN, loader.shape(), 1).orElseThrow();
  }

  private static Batch all(DataLoader loader) {
    ExampleSet examples = load(loader);
    return examples.blocks().collect().get(0).inOrder((int) examples.size()).batch(0);
  }

  private static void assertMessage(DataLoader loader, String message) {
    assertThatThrownBy(() -> load(loader)).isInstanceOf(UserException.class).hasMessage(message);
  }

  /** The class of a pixel by what the image shows there. */
  private static void assertLabelsFollowPixels(Batch batch) {
    INDArray features = batch.features();
    INDArray labels = batch.labels();
    assertThat(labels.shape()).containsExactly(features.size(0), 3, 8, 8);
    for (int i = 0; i < features.size(0); i++) {
      for (int y = 0; y < 8; y++) {
        for (int x = 0; x < 8; x++) {
          float grey = features.getFloat(i, 0, y, x);
          int of = grey > 180 ? 1 : grey < 100 ? 2 : 0;
          for (int c = 0; c < 3; c++) {
            assertThat(labels.getFloat(i, c, y, x)).isEqualTo(c == of ? 1 : 0);
          }
        }
      }
    }
  }

  @Test
  void folder_labelsFollowPixels() {
    DataLoader loader = loader(folder(), 3);
    assertThat(loader.shape()).containsExactly(1, 8, 8);
    assertThat(load(loader).size()).isEqualTo(6);
    assertLabelsFollowPixels(all(loader));
  }

  /** A mirrored image has a mirrored mask. */
  @Test
  void augment_flip_turnsMasksToo() {
    ExampleSet examples = load(loader(folder(), 3, new ImageAugment.RandomFlip(1)));
    assertLabelsFollowPixels(examples.blocks().collect().get(0).training(1, 0, 6).batch(0));
  }

  /** What comes from outside has no class. */
  @Test
  void augment_crop_leavesPaddingWithoutAClass() {
    ExampleSet examples = load(loader(folder(), 3, new ImageAugment.RandomCrop(3)));
    Batch batch = examples.blocks().collect().get(0).training(1, 0, 6).batch(0);
    INDArray known = batch.labels().sum(1);
    int without = 0;
    for (int i = 0; i < 6; i++) {
      for (int y = 0; y < 8; y++) {
        for (int x = 0; x < 8; x++) {
          boolean outside = batch.features().getFloat(i, 0, y, x) == 0;
          assertThat(known.getFloat(i, y, x)).isEqualTo(outside ? 0 : 1);
          without += outside ? 1 : 0;
        }
      }
    }
    assertThat(without).isPositive();
  }

  @Test
  void pack_thenParquet_givesTheSame() {
    DataLoader loader = loader(folder(), 3);
    assertThat(loader.pack(Part.TRAIN, path("packed.parquet"))).isEqualTo(6);
    DataConfig config =
        config(new Parquet(path("packed.parquet"), "image", "label", 0, null), 3, LabelType.MAP);
    DataLoader packed =
        new DataLoader(
            TestSpark.session(),
            new DataConfig(
                3,
                List.of(1, 8, 8),
                config.train(),
                null,
                null,
                PLAIN,
                List.of(),
                null,
                null,
                List.of(),
                null,
                32,
                null,
                LabelType.MAP));
    assertThat(all(packed).labels()).isEqualTo(all(loader).labels());
    assertThat(load(packed).fingerprint()).isEqualTo(load(loader).fingerprint());
  }

  /** Palettes are how VOC's masks say classes; 255 is a pixel that nobody knows. */
  @Test
  void mask_ofAPalette_isItsIndices() {
    byte[] red = new byte[256];
    red[2] = (byte) Color.RED.getRed();
    BufferedImage mask =
        new BufferedImage(
            8,
            8,
            BufferedImage.TYPE_BYTE_INDEXED,
            new IndexColorModel(8, 256, red, new byte[256], new byte[256]));
    mask.getRaster().setSample(3, 0, 0, 2);
    mask.getRaster().setSample(4, 0, 0, 255);
    TestMasks.png(mask, dir.resolve("masks/000.png"));
    INDArray labels = all(loader(folder(), 3)).labels();
    assertThat(labels.getFloat(0, 2, 0, 3)).isEqualTo(1);
    assertThat(labels.getFloat(0, 0, 0, 5)).isEqualTo(1);
    for (int c = 0; c < 3; c++) {
      assertThat(labels.getFloat(0, c, 0, 4)).isZero();
    }
  }

  @Test
  void mask_missing_isTold() throws Exception {
    Files.delete(dir.resolve("masks/002.png"));
    assertThatThrownBy(() -> load(loader(folder(), 3)))
        .isInstanceOf(UserException.class)
        .hasMessageMatching("'data.train.masks': there is no 002.png for \\S*images/002.png");
  }

  @Test
  void mask_ofAnotherSize_isTold() {
    TestMasks.png(
        new BufferedImage(4, 8, BufferedImage.TYPE_BYTE_GRAY), dir.resolve("masks/001.png"));
    assertMessage(
        loader(folder(), 3),
        "'data.train': Example 1 has a map of 32 labels, but shape [1, 8, 8] needs 64");
  }

  @Test
  void mask_inColours_isTold() {
    TestMasks.png(
        new BufferedImage(8, 8, BufferedImage.TYPE_INT_RGB), dir.resolve("masks/001.png"));
    assertThatThrownBy(() -> load(loader(folder(), 3)))
        .isInstanceOf(UserException.class)
        .hasMessageMatching(
            "'data.train': \\S*masks/001.png is no image of one channel or of palette indices");
  }

  @Test
  void label_beyondTheClasses_isTold() {
    BufferedImage mask = TestMasks.grey();
    mask.getRaster().setSample(0, 0, 0, 7);
    TestMasks.png(mask, dir.resolve("masks/001.png"));
    assertMessage(
        loader(folder(), 3),
        "'data.train': Example 1 has label 7, but with 'data.num_classes' = 3 labels run from 0 to 2, and 255 is a pixel without one");
  }

  @Test
  void folder_withClasses_isRefused() {
    assertMessage(
        new DataLoader(TestSpark.session(), config(folder(), 3, LabelType.CLASS)),
        "'data.train.format' is mask_folder, a class of each pixel, so 'data.label_type' must be map");
  }

  @Test
  void folder_thatIsNone_isTold() {
    assertMessage(
        loader(new MaskFolder(path("no"), path("masks"), 0, null), 3),
        "'data.train.images' is \"" + path("no") + "\", which does not exist");
    String file = path("images") + File.separator + "000.png";
    assertMessage(
        loader(new MaskFolder(path("images"), file, 0, null), 3),
        "'data.train.masks' is \"" + file + "\", which is a file, not a folder");
  }

  @Test
  void maps_ofAnotherFormat_areRefused() throws Exception {
    Files.writeString(dir.resolve("a.csv"), "x,label\n1,0\n");
    assertMessage(
        loader(new Csv(path("a.csv"), "label", true, 0, null), 3),
        "'data.label_type' is map, a class of each pixel, which is read from parquet or mask_folder, but 'data.train.format' is another");
  }

  /** Its labels are numbers, which are no maps. */
  @Test
  void maps_ofIdx_areRefused() {
    TestData.idx(dir, "a", 4, 1);
    assertMessage(
        loader(new Idx(path("a-images"), path("a-labels"), 0, null), 3),
        "'data.label_type' is map, a class of each pixel, which is read from parquet or mask_folder, but 'data.train.format' is another");
  }

  @Test
  void maps_inAColumnOfNumbers_areRefused() {
    TestSpark.session()
        .range(3)
        .selectExpr("array(1.0) as image", "id as label")
        .coalesce(1)
        .write()
        .parquet(path("numbers.parquet"));
    assertMessage(
        loader(new Parquet(path("numbers.parquet"), "image", "label", 0, null), 3),
        "'data.train.label': column 'label' of "
            + path("numbers.parquet")
            + " is of type bigint, but must hold bytes, as 'data.label_type' is map");
  }

  @Test
  void mixing_ofMaps_isRefused() {
    assertThatThrownBy(
            () ->
                new DataConfig(
                    3,
                    null,
                    folder(),
                    null,
                    null,
                    PLAIN,
                    List.of(),
                    null,
                    null,
                    List.of(new BatchAugment.Mixup(0.2, 1)),
                    null,
                    32,
                    null,
                    LabelType.MAP))
        .isInstanceOf(UserException.class)
        .hasMessage(
            "'data.batch_augments' goes with a class of each example, but 'data.label_type' is map: leave it out");
  }
}
