package io.limbeck.spark.data;

import io.limbeck.core.config.DataConfig;
import io.limbeck.core.config.DataSource;
import io.limbeck.core.error.UserException;
import io.limbeck.spark.source.Item;
import io.limbeck.spark.source.Part;
import io.limbeck.spark.source.Reading;
import io.limbeck.spark.source.SourceReader;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.spark.api.java.JavaPairRDD;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.storage.StorageLevel;
import scala.Tuple2;

/** Loads the parts of a config's data. */
public final class DataLoader {
  private static final Dealing ONE_BLOCK = new Dealing(1, 1);

  private final SparkSession spark;
  private final JavaSparkContext context;
  private final DataConfig config;
  private final SourceReader sources;

  /**
   * A loader of files.
   *
   * @param spark the session
   * @param config the data block
   */
  public DataLoader(SparkSession spark, DataConfig config) {
    this(spark, config, Map.of());
  }

  /**
   * A loader of files and of what a program hands over.
   *
   * @param spark the session
   * @param config the data block
   * @param frames the rows of those parts that are no files
   */
  public DataLoader(SparkSession spark, DataConfig config, Map<Part, Dataset<Row>> frames) {
    this.spark = spark;
    this.context = new JavaSparkContext(spark.sparkContext());
    this.config = config;
    this.sources = new SourceReader(spark, config, frames);
  }

  /**
   * The shape of one example, from the first one that there is.
   *
   * @return {@code [channels, height, width]} or {@code [features]}
   * @throws UserException when there is none or it cannot be read
   */
  public int[] shape() {
    Part part =
        Stream.of(Part.TRAIN, Part.VALIDATION, Part.TEST)
            .filter(each -> each.of(config).isPresent())
            .findFirst()
            .orElse(null);
    if (part == null) {
      return declaredShape();
    }
    context.setJobDescription("look at the first example of " + part.key());
    List<Item> first = sources.read(part, part.of(config).orElseThrow()).items().take(1);
    if (first.isEmpty()) {
      throw new UserException("'%s' has no examples".formatted(part.key()));
    }
    Item item = first.get(0);
    if (item.problem() != null) {
      throw new UserException(item.problem());
    }
    checkDeclared(item.shape());
    checkCount(part, item);
    return item.shape();
  }

  /** Raw pixels have the shape that is declared, and may be fewer or more than it needs. */
  private static void checkCount(Part part, Item item) {
    int values = item.pixels() != null ? item.pixels().length : item.numbers().length;
    long needed = IntStream.of(item.shape()).asLongStream().reduce(1, (a, b) -> a * b);
    if (values != needed) {
      throw new UserException(
          "'data.shape' is %s, which needs %d values, but the first example of '%s' has %d"
              .formatted(Arrays.toString(item.shape()), needed, part.key(), values));
    }
  }

  /** Without any examples only the config can tell. */
  private int[] declaredShape() {
    if (config.shape() == null) {
      throw new UserException(
          "'data.shape' is missing: without any examples nothing else tells the shape of one");
    }
    return config.shape().stream().mapToInt(Integer::intValue).toArray();
  }

  private void checkDeclared(int[] found) {
    if (config.shape() != null) {
      int[] declared = config.shape().stream().mapToInt(Integer::intValue).toArray();
      if (!Arrays.equals(declared, found)) {
        throw new UserException(
            "'data.shape' is %s but the first example has shape %s"
                .formatted(config.shape(), Arrays.toString(found)));
      }
    }
  }

  /**
   * A part of the data, if the config has it.
   *
   * @param part which
   * @param shape of {@link #shape()}
   * @param partitions among which its examples are dealt out
   */
  public Optional<ExampleSet> load(Part part, int[] shape, int partitions) {
    return load(part, shape, partitions, (long) config.blockMib() << 20);
  }

  Optional<ExampleSet> load(Part part, int[] shape, int partitions, long bytesOfSegment) {
    return part.of(config).map(source -> load(part, source, shape, partitions, bytesOfSegment));
  }

  /**
   * Some examples of a part, by their number, without augmentation.
   *
   * @param part which
   * @param shape of {@link #shape()}
   * @param numbers the examples' places in the part, from 0
   * @return one batch, in the order of the numbers
   * @throws UserException when the part does not have them
   */
  public Batch examples(Part part, int[] shape, List<Long> numbers) {
    DataSource source = part.of(config).orElseThrow(part::missing);
    context.setJobDescription("look for examples of " + part.key());
    Set<Long> wanted = new TreeSet<>(numbers);
    JavaPairRDD<Long, Item> numbered = sources.read(part, source).section(source).items();
    List<Tuple2<Long, Item>> found = numbered.filter(pair -> wanted.contains(pair._1())).collect();
    if (found.size() < wanted.size()) {
      found.forEach(pair -> wanted.remove(pair._1()));
      throw new UserException(
          "'%s' has %d examples, numbered from 0, so there is no %s"
              .formatted(
                  part.key(),
                  numbered.count(),
                  wanted.stream().map(String::valueOf).collect(Collectors.joining(", "))));
    }
    List<Packer.Packed> packed =
        Packer.pack(context.parallelizePairs(found), ONE_BLOCK, preprocessing(shape)).collect();
    check(packed, part.key());
    List<Long> sorted = List.copyOf(new TreeSet<>(numbers));
    return packed
        .get(0)
        .block()
        .batch(numbers.stream().mapToInt(number -> sorted.indexOf(number)).toArray());
  }

  /**
   * Writes a part of the data as one Parquet file of raw values.
   *
   * @param part which
   * @param file where to
   * @return how many examples
   */
  public long pack(Part part, String file) {
    DataSource source = part.of(config).orElseThrow(part::missing);
    int[] shape = shape();
    ExampleSet checked = load(part, shape, context.defaultParallelism()).orElseThrow();
    context.setJobDescription("pack " + part.key());
    JavaPairRDD<Long, Item> numbered = sources.read(part, source).section(source).items();
    JavaRDD<Item> ordered = numbered.sortByKey(true, 1).values();
    ParquetWriter.write(spark, ordered, ordered.first(), file);
    checked.release();
    return checked.size();
  }

  /**
   * Checks the first examples of every part without keeping them.
   *
   * @param shape of {@link #shape()}
   * @param examples how many of each part
   */
  public void checkSample(int[] shape, int examples) {
    Preprocessing preprocessing = preprocessing(shape);
    for (Part part : Part.values()) {
      part.of(config).ifPresent(source -> checkSample(part, source, preprocessing, examples));
    }
  }

  private void checkSample(
      Part part, DataSource source, Preprocessing preprocessing, int examples) {
    context.setJobDescription("look at the first examples of " + part.key());
    List<Tuple2<Long, Item>> numbered = new ArrayList<>();
    for (Item item : sources.read(part, source).items().take(examples)) {
      numbered.add(new Tuple2<>((long) numbered.size(), item));
    }
    check(
        Packer.pack(context.parallelizePairs(numbered), ONE_BLOCK, preprocessing).collect(),
        part.key());
  }

  private ExampleSet load(
      Part part, DataSource source, int[] shape, int partitions, long bytesOfSegment) {
    String key = part.key();
    context.setJobDescription("load " + key);
    Reading reading = sources.read(part, source);
    Reading.Numbered numbered = reading.section(source);
    Preprocessing preprocessing = preprocessing(shape);
    Dealing dealing =
        Dealing.of(
            partitions,
            numbered.count(),
            (long) preprocessing.length() * reading.bytesPerValue() + preprocessing.labels(),
            bytesOfSegment);
    Homes homes = Homes.of(context.sc(), dealing);
    JavaRDD<Packer.Packed> packed =
        homes
            .at(Packer.pack(numbered.items(), dealing, preprocessing))
            .setName(key)
            .persist(StorageLevel.MEMORY_AND_DISK());
    try {
      List<Packer.Packed> found = packed.map(Packer.Packed::withoutBlock).collect();
      long examples = check(found, key);
      requireAll(numbered.count(), examples, key);
      long checksum = found.stream().mapToLong(Packer.Packed::checksum).sum();
      return new ExampleSet(
          packed.map(Packer.Packed::block),
          dealing,
          homes,
          examples,
          found.stream().map(Packer.Packed::range).reduce(ValueRange.NONE, ValueRange::and),
          Long.toHexString(checksum),
          packed);
    } catch (RuntimeException e) {
      packed.unpersist(false);
      throw e;
    }
  }

  private Preprocessing preprocessing(int[] shape) {
    return new Preprocessing(
        shape,
        config.numClasses(),
        config.normalize(),
        config.augment(),
        config.views(),
        config.labelType());
  }

  private static long check(List<Packer.Packed> parts, String key) {
    parts.stream()
        .filter(part -> part.problem() != null)
        .min(Comparator.comparingLong(Packer.Packed::firstBad))
        .ifPresent(
            bad -> {
              throw new UserException("'" + key + "': " + bad.problem());
            });
    long examples = parts.stream().mapToLong(Packer.Packed::examples).sum();
    if (examples == 0) {
      throw new UserException("'" + key + "' has no examples");
    }
    return examples;
  }

  /** Numbers come from a count; rows that are others when they are read again have wrong ones. */
  private static void requireAll(long counted, long found, String key) {
    if (counted > 0 && counted != found) {
      throw new UserException(
          ("'%s' had %d examples when they were counted and %d when they were read: they must stay the same; a data frame"
                  + " that is computed in another way each time does with cache() or checkpoint()")
              .formatted(key, counted, found));
    }
  }
}
