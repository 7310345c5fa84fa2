package io.limbeck.spark.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.limbeck.core.config.DataConfig;
import io.limbeck.core.config.DataConfig.Normalize;
import io.limbeck.core.config.DataSource;
import io.limbeck.core.config.DataSource.Csv;
import io.limbeck.core.config.DataSource.Idx;
import io.limbeck.core.config.DataSource.ImageFolder;
import io.limbeck.core.config.DataSource.Parquet;
import io.limbeck.core.error.UserException;
import io.limbeck.spark.TestData;
import io.limbeck.spark.TestSpark;
import io.limbeck.spark.source.Part;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import javax.imageio.ImageIO;
import org.apache.spark.ml.linalg.SQLDataTypes;
import org.apache.spark.ml.linalg.Vectors;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.storage.StorageLevel;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DataLoaderTest {
  @TempDir Path dir;

  @BeforeEach
  void write() {
    TestData.idx(dir, "a", 20, 1);
  }

  private String path(String name) {
    return dir.resolve(name).toString();
  }

  private Idx idx(String name, long skip, Long take) {
    return new Idx(path(name + "-images"), path(name + "-labels"), skip, take);
  }

  private static DataLoader loader(DataSource train, int classes, Integer... shape) {
    return new DataLoader(
        TestSpark.session(),
        new DataConfig(
            classes,
            shape.length == 0 ? null : List.of(shape),
            train,
            null,
            null,
            new Normalize(1.0, List.of(0.0), List.of(1.0)),
            List.of()));
  }

  private static ExampleSet load(DataLoader loader, int partitions) {
    return loader.load(Part.TRAIN, loader.shape(), partitions).orElseThrow();
  }

  /** First value and label of every example, by its number. */
  private static List<String> contents(ExampleSet examples) {
    List<String> contents = new ArrayList<>();
    for (Block each : examples.blocks().collect()) {
      PackedBlock block = (PackedBlock) each;
      for (int i = 0; i < block.size(); i++) {
        float first = block.inOrder(1).batch(i).features().getFloat(0);
        contents.add("%03d: %.1f %d".formatted(block.id(i), first, block.label(i)));
      }
    }
    contents.sort(null);
    return contents;
  }

  private void assertUserError(DataLoader loader, String message) {
    assertThatThrownBy(() -> load(loader, 2))
        .isInstanceOf(UserException.class)
        .hasMessageContaining(message);
  }

  @Test
  void idx_plainAndGzipped_areEqual() {
    List<String> plain = contents(load(loader(idx("a", 0, null), 3), 3));
    assertThat(plain).hasSize(20);
    TestData.gzip(dir.resolve("a-images"));
    TestData.gzip(dir.resolve("a-labels"));
    assertThat(contents(load(loader(idx("a", 0, null), 3), 2))).isEqualTo(plain);
  }

  @Test
  void idx_dealtOut_evenly() {
    ExampleSet examples = load(loader(idx("a", 0, null), 3), 3);
    assertThat(examples.blocks().map(Block::size).collect()).containsExactly(7, 7, 6);
    assertThat(examples.size()).isEqualTo(20);
    assertThat(examples.stepsPerEpoch(4)).isEqualTo(2);
  }

  @Test
  void idx_morePartitionsThanExamples() {
    ExampleSet examples = load(loader(idx("a", 0, 3L), 3), 8);
    assertThat(examples.size()).isEqualTo(3);
    assertThat(examples.blocks().map(Block::size).collect())
        .containsExactly(1, 1, 1, 0, 0, 0, 0, 0);
  }

  /** 20 examples of 64 bytes: 7, 7 and 6, in segments of at most 3. */
  private ExampleSet segmented() {
    DataLoader loader = loader(idx("a", 0, null), 3);
    return loader.load(Part.TRAIN, loader.shape(), 3, 200).orElseThrow();
  }

  @Test
  void segments_areDealtOutEvenly_andSpillRatherThanStayInMemory() {
    ExampleSet examples = segmented();
    assertThat(examples.dealing()).isEqualTo(new Dealing(3, 3));
    assertThat(examples.blocks().map(Block::size).collect())
        .containsExactly(3, 3, 2, 2, 2, 2, 2, 2, 2);
    assertThat(examples.persisted().getStorageLevel()).isEqualTo(StorageLevel.MEMORY_AND_DISK());
    assertThat(contents(examples)).isEqualTo(contents(load(loader(idx("a", 0, null), 3), 1)));
    assertThat(examples.labels()).isEqualTo(load(loader(idx("a", 0, null), 3), 1).labels());
  }

  /** Numbers of the examples of each mini-batch, by partition, then step. */
  private static Map<String, List<Integer>> batches(ExampleSet examples, int epoch, int perRound) {
    TrainingData training = examples.training(4, 2);
    Map<String, List<Integer>> batches = new TreeMap<>();
    for (int first = 0; first < 4; first += perRound) {
      int from = first;
      int to = Math.min(4, first + perRound);
      training
          .blocks(epoch, from, to - from)
          .made()
          .map(block -> batches(block, epoch, from, Math.min(to, block.steps(2))))
          .collect()
          .forEach(batches::putAll);
    }
    return batches;
  }

  private static Map<String, List<Integer>> batches(Block block, int epoch, int from, int to) {
    Block.Pass pass = block.training(4, epoch, 2);
    Map<String, List<Integer>> batches = new TreeMap<>();
    for (int step = from; step < to; step++) {
      batches.put(
          block.partition() + " " + step,
          Arrays.stream(pass.batch(step).sampleIdx()).boxed().toList());
    }
    return batches;
  }

  @Test
  void segments_anEpochTakesEveryExampleOnce_howeverLongItsRounds() {
    ExampleSet examples = segmented();
    Map<String, List<Integer>> first = batches(examples, 0, 1);
    assertThat(first.values().stream().flatMap(List::stream)).hasSize(20).doesNotHaveDuplicates();
    assertThat(first).hasSize(4 + 4 + 3);
    assertThat(batches(examples, 0, 3)).isEqualTo(first);
    assertThat(batches(examples, 0, 4)).isEqualTo(first);
    assertThat(batches(examples, 1, 4)).isNotEqualTo(first);
  }

  @Test
  void segments_aRoundTakesOnlyThoseThatItNeeds() {
    EpochOrder order = EpochOrder.of(new Dealing(1, 5), 50, 0, 1, 0);
    assertThat(SliceRDD.needed(order, 0, 2, 5)).containsExactly(order.segment(0));
    assertThat(SliceRDD.needed(order, 1, 2, 5)).containsExactly(order.segment(0), order.segment(1));
    assertThat(SliceRDD.needed(order, 8, 9, 5)).containsExactly(order.segment(4));
    assertThat(SliceRDD.needed(order, 10, 1, 5)).isEmpty();
  }

  @Test
  void idx_skipAndTake() {
    List<String> all = contents(load(loader(idx("a", 0, null), 3), 1));
    List<String> section = contents(load(loader(idx("a", 5, 4L), 3), 2));
    assertThat(section.stream().map(each -> each.substring(5)))
        .isEqualTo(all.subList(5, 9).stream().map(each -> each.substring(5)).toList());
    assertThat(section.get(0)).startsWith("000");
  }

  @Test
  void idx_missingFile() {
    assertUserError(
        loader(new Idx(path("nothing"), path("a-labels"), 0, null), 3),
        "'data.train.images' is \"" + path("nothing") + "\", which does not exist");
  }

  @Test
  void idx_relativeMissingFile_saysWhereItLooked() {
    assertUserError(
        loader(new Idx("nothing", path("a-labels"), 0, null), 3),
        "which does not exist, looked for in " + System.getProperty("user.dir"));
  }

  @Test
  void idx_truncated() throws IOException {
    byte[] whole = Files.readAllBytes(dir.resolve("a-images"));
    Files.write(dir.resolve("a-images"), Arrays.copyOf(whole, 16 + 64 * 7 + 10));
    assertUserError(
        loader(idx("a", 0, null), 3),
        "is truncated: its header says 20 examples, but it ends after 7");
  }

  @Test
  void idx_truncatedHeader() throws IOException {
    Files.write(dir.resolve("a-images"), new byte[] {0, 0, 8});
    assertUserError(loader(idx("a", 0, null), 3), "is truncated: it ends within its header");
  }

  @Test
  void idx_labelsGivenAsImages() {
    assertUserError(
        loader(new Idx(path("a-labels"), path("a-labels"), 0, null), 3),
        "is not an IDX file of unsigned bytes with 3 dimensions: it starts with 0x00000801, not 0x00000803");
  }

  @Test
  void idx_countsDiffer() {
    TestData.idx(dir, "b", 5, 1);
    assertUserError(
        loader(new Idx(path("a-images"), path("b-labels"), 0, null), 3), "has 20 images but ");
  }

  @Test
  void idx_labelOutOfRange() {
    assertUserError(
        loader(idx("a", 0, null), 2),
        "'data.train': Example 2 has label 2, but with 'data.num_classes' = 2 labels run from 0 to 1");
  }

  @Test
  void idx_empty() {
    TestData.idx(dir, "none", 0, 1);
    assertUserError(loader(idx("none", 0, null), 3), "'data.train' has no examples");
    assertUserError(loader(idx("a", 100, null), 3), "'data.train' has no examples");
  }

  @Test
  void shape_declaredOtherwise() {
    assertUserError(
        loader(idx("a", 0, null), 3, 1, 28, 28),
        "'data.shape' is [1, 28, 28] but the first example has shape [1, 8, 8]");
  }

  @Test
  void pack_readsBackEqual_howeverItIsSplit() {
    DataLoader loader = loader(idx("a", 0, null), 3);
    assertThat(loader.pack(Part.TRAIN, path("a.parquet"))).isEqualTo(20);
    DataSource parquet = new Parquet(path("a.parquet"), "image", "label", 0, null);
    assertThat(contents(load(loader(parquet, 3, 1, 8, 8), 3))).isEqualTo(contents(load(loader, 1)));
    TestSpark.session().conf().set("spark.sql.files.maxPartitionBytes", "500");
    try {
      assertThat(contents(load(loader(parquet, 3, 1, 8, 8), 3)))
          .isEqualTo(contents(load(loader, 1)));
    } finally {
      TestSpark.session().conf().unset("spark.sql.files.maxPartitionBytes");
    }
  }

  @Test
  void parquet_rawPixelsWithoutShape() {
    loader(idx("a", 0, null), 3).pack(Part.TRAIN, path("a.parquet"));
    assertUserError(
        loader(new Parquet(path("a.parquet"), "image", "label", 0, null), 3),
        "'data.shape' is missing: ");
  }

  @Test
  void parquet_rawPixelsOfAnotherShape() {
    loader(idx("a", 0, null), 3).pack(Part.TRAIN, path("a.parquet"));
    assertUserError(
        loader(new Parquet(path("a.parquet"), "image", "label", 0, null), 3, 1, 8, 9),
        "'data.shape' is [1, 8, 9], which needs 72 values, but the first example of 'data.train' has 64");
  }

  @Test
  void parquet_wrongColumn() {
    loader(idx("a", 0, null), 3).pack(Part.TRAIN, path("a.parquet"));
    assertUserError(
        loader(new Parquet(path("a.parquet"), "images", "label", 0, null), 3, 1, 8, 8),
        "'data.train.features' is \"images\", which is not a column of "
            + path("a.parquet")
            + ", did you mean 'image'? (known: image, label)");
  }

  @Test
  void parquet_notParquet() {
    assertUserError(
        loader(new Parquet(path("a-images"), "image", "label", 0, null), 3),
        "a-images is not a Parquet file");
  }

  @Test
  void parquet_vectorsOfSparkMl_withLabelsAsDoubles() {
    List<Row> rows =
        List.of(
            RowFactory.create(Vectors.dense(1.5, 2.0), 1.0),
            RowFactory.create(Vectors.sparse(2, new int[] {0}, new double[] {3}), 0.0));
    StructType schema =
        new StructType().add("x", SQLDataTypes.VectorType()).add("label", DataTypes.DoubleType);
    TestSpark.session().createDataFrame(rows, schema).coalesce(1).write().parquet(path("v"));
    assertThat(contents(load(loader(new Parquet(path("v"), "x", "label", 0, null), 2), 2)))
        .containsExactly("000: 1.5 1", "001: 3.0 0");
  }

  @Test
  void dataFrame_withoutAProgram() {
    assertUserError(
        loader(new DataSource.DataFrame("x", "y"), 2),
        "'data.train.format' is data_frame, rows that a program hands over, but there are none: idx, parquet, json, csv,"
            + " image_folder and mask_folder read files");
  }

  @Test
  void parquet_vectorsAndEncodedImages() throws IOException {
    List<Row> vectors =
        List.of(RowFactory.create(List.of(1.5, 2.0), 1L), RowFactory.create(List.of(3.0, 4.0), 0L));
    StructType schema =
        new StructType()
            .add("x", DataTypes.createArrayType(DataTypes.DoubleType))
            .add("y", DataTypes.LongType);
    TestSpark.session()
        .createDataFrame(vectors, schema)
        .coalesce(1)
        .write()
        .parquet(path("vectors"));
    assertThat(contents(load(loader(new Parquet(path("vectors"), "x", "y", 0, null), 2), 2)))
        .containsExactly("000: 1.5 1", "001: 3.0 0");

    List<Row> images =
        List.of(RowFactory.create(png(4, 3, 77), 0), RowFactory.create(png(4, 3, 99), 1));
    StructType imageSchema =
        new StructType().add("image", DataTypes.BinaryType).add("label", DataTypes.IntegerType);
    TestSpark.session()
        .createDataFrame(images, imageSchema)
        .coalesce(1)
        .write()
        .parquet(path("images"));
    DataLoader loader = loader(new Parquet(path("images"), "image", "label", 0, null), 2);
    assertThat(loader.shape()).containsExactly(1, 3, 4);
    assertThat(contents(load(loader, 1))).containsExactly("000: 77.0 0", "001: 99.0 1");
  }

  @Test
  void csv_headerOrPosition() throws IOException {
    Files.writeString(dir.resolve("a.csv"), "x,class,z\n1.5,1,2\n3,0,4\n");
    Files.writeString(dir.resolve("b.csv"), "1.5,1,2\n3,0,4\n");
    List<String> expected = List.of("000: 1.5 1", "001: 3.0 0");
    assertThat(contents(load(loader(new Csv(path("a.csv"), "class", true, 0, null), 2), 2)))
        .isEqualTo(expected);
    assertThat(contents(load(loader(new Csv(path("b.csv"), "1", false, 0, null), 2), 2)))
        .isEqualTo(expected);
  }

  @Test
  void csv_notANumber() throws IOException {
    Files.writeString(dir.resolve("a.csv"), "x,class\n1.5,1\nred,0\n");
    assertUserError(
        loader(new Csv(path("a.csv"), "class", true, 0, null), 2),
        "has no finite number in position 0");
  }

  @ParameterizedTest
  @ValueSource(strings = {"cat", "1.5", "1e20", ""})
  void csv_labelNotAnInteger(String label) throws IOException {
    Files.writeString(dir.resolve("a.csv"), "x,class\n1.5," + label + "\n");
    assertUserError(
        loader(new Csv(path("a.csv"), "class", true, 0, null), 2),
        "has no label, or one that is not an integer");
  }

  @Test
  void csv_wrongLabelColumn() throws IOException {
    Files.writeString(dir.resolve("a.csv"), "x,class\n1.5,1\n");
    assertUserError(
        loader(new Csv(path("a.csv"), "clas", true, 0, null), 2),
        "did you mean 'class'? (known: x, class)");
  }

  @Test
  void imageFolder_sortedFoldersAreLabels() throws IOException {
    image("cat/1.png", 4, 3, 10);
    image("cat/2.png", 4, 3, 20);
    image("ant/1.png", 4, 3, 30);
    Files.writeString(dir.resolve("folder/cat/readme.txt"), "not an image");
    DataLoader loader = loader(new ImageFolder(path("folder"), 0, null), 2);
    assertThat(loader.shape()).containsExactly(1, 3, 4);
    assertThat(contents(load(loader, 2)))
        .containsExactly("000: 30.0 0", "001: 10.0 1", "002: 20.0 1");
  }

  @Test
  void imageFolder_sizesDiffer() throws IOException {
    image("a/1.png", 4, 3, 10);
    image("a/2.png", 5, 3, 10);
    assertUserError(
        loader(new ImageFolder(path("folder"), 0, null), 2),
        "'data.train': Example 1 has shape [1, 3, 5], but the first example has [1, 3, 4]: all must be of one size");
  }

  @Test
  void imageFolder_brokenImage() throws IOException {
    image("a/1.png", 4, 3, 10);
    Files.writeString(dir.resolve("folder/a/2.png"), "broken");
    assertUserError(
        loader(new ImageFolder(path("folder"), 0, null), 2),
        "2.png is not an image that can be read");
  }

  @Test
  void imageFolder_isAFile() {
    assertUserError(
        loader(new ImageFolder(path("a-images"), 0, null), 2), "which is a file, not a folder");
  }

  private void image(String name, int width, int height, int grey) throws IOException {
    Path file = dir.resolve("folder").resolve(name);
    Files.createDirectories(file.getParent());
    Files.write(file, png(width, height, grey));
  }

  private static byte[] png(int width, int height, int grey) throws IOException {
    BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_BYTE_GRAY);
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        image.getRaster().setSample(x, y, 0, grey);
      }
    }
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ImageIO.write(image, "png", out);
    return out.toByteArray();
  }
}
