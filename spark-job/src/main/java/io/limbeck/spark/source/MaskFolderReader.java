package io.limbeck.spark.source;

import io.limbeck.core.config.DataSource.MaskFolder;
import io.limbeck.core.error.UserException;
import io.limbeck.spark.storage.HadoopSettings;
import io.limbeck.spark.storage.Storage;
import java.io.IOException;
import java.io.InputStream;
import java.io.Serializable;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.StreamSupport;
import org.apache.hadoop.fs.Path;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;

/**
 * Reads images and masks of the same name. The driver lists them, the tasks read and decode them.
 */
final class MaskFolderReader {
  private static final String MASK = ".png";

  private MaskFolderReader() {}

  private record Pair(String image, String mask, long position) implements Serializable {}

  static Reading read(JavaSparkContext spark, MaskFolder source, String key) {
    Storage storage = new Storage(spark.hadoopConfiguration());
    requireFolder(storage, source.images(), key + ".images");
    requireFolder(storage, source.masks(), key + ".masks");
    List<Pair> pairs = pairs(storage, source, key);
    HadoopSettings settings = HadoopSettings.of(spark.hadoopConfiguration());
    int slices = Math.max(1, Math.min(pairs.size(), spark.defaultParallelism()));
    JavaRDD<Item> items =
        spark
            .parallelize(pairs, slices)
            .mapPartitions(
                some -> {
                  Storage restored = settings.storage();
                  Iterable<Pair> each = () -> some;
                  return StreamSupport.stream(each.spliterator(), false)
                      .map(pair -> load(restored, pair))
                      .iterator();
                });
    return new Reading(items, () -> Places.ofOne(pairs.size()), 1);
  }

  private static void requireFolder(Storage storage, String path, String key) {
    if (!storage.status(path, key).isDirectory()) {
      throw new UserException("'%s' is \"%s\", which is a file, not a folder".formatted(key, path));
    }
  }

  private static List<Pair> pairs(Storage storage, MaskFolder source, String key) {
    Map<String, String> masks = new HashMap<>();
    storage.dataFiles(source.masks()).stream()
        .filter(file -> file.endsWith(MASK))
        .forEach(file -> masks.put(stem(file), file));
    List<Pair> pairs = new ArrayList<>();
    storage.dataFiles(source.images()).stream()
        .filter(ImageFolderReader::isImage)
        .sorted()
        .forEach(
            image -> {
              String mask = masks.get(stem(image));
              if (mask == null) {
                throw new UserException(
                    "'%s.masks': there is no %s%s for %s".formatted(key, stem(image), MASK, image));
              }
              pairs.add(new Pair(image, mask, pairs.size()));
            });
    return pairs;
  }

  private static String stem(String file) {
    String name = new Path(file).getName();
    return name.substring(0, name.lastIndexOf('.'));
  }

  private static Item load(Storage storage, Pair pair) {
    try (InputStream image = storage.open(pair.image());
        InputStream mask = storage.open(pair.mask())) {
      // The image's name is what messages call the example.
      Item.Place place = new Item.Place("", 0, pair.position());
      Item item = ImageDecoder.decode(place, image.readAllBytes(), 0, pair.image(), null);
      if (item.problem() != null) {
        return item;
      }
      byte[] classes = ImageDecoder.classes(mask.readAllBytes());
      return classes == null
          ? Item.ofProblem(place, pair.mask() + " is no image of one channel or of palette indices")
          : item.labelled(classes);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
