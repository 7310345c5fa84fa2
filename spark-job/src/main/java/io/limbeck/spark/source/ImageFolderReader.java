package io.limbeck.spark.source;

import io.limbeck.core.config.DataConfig.Resize;
import io.limbeck.core.config.DataSource.ImageFolder;
import io.limbeck.core.error.UserException;
import io.limbeck.spark.storage.HadoopSettings;
import io.limbeck.spark.storage.Storage;
import java.io.IOException;
import java.io.InputStream;
import java.io.Serializable;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.StreamSupport;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;

/**
 * Reads images that lie in one folder a class. The driver lists them, the tasks read and decode
 * them.
 */
final class ImageFolderReader {
  private static final List<String> ENDINGS = List.of(".png", ".jpg", ".jpeg", ".bmp", ".gif");

  private ImageFolderReader() {}

  private record ImagePath(String path, int label, long position) implements Serializable {}

  static Reading read(JavaSparkContext spark, ImageFolder source, Resize resize, String key) {
    Configuration configuration = spark.hadoopConfiguration();
    Storage storage = new Storage(configuration);
    if (!storage.status(source.path(), key + ".path").isDirectory()) {
      throw new UserException(
          "'%s.path' is \"%s\", which is a file, not a folder".formatted(key, source.path()));
    }
    List<ImagePath> images = list(configuration, source.path());
    HadoopSettings settings = HadoopSettings.of(configuration);
    int slices = Math.max(1, Math.min(images.size(), spark.defaultParallelism()));
    JavaRDD<Item> items =
        spark
            .parallelize(images, slices)
            .mapPartitions(
                paths -> {
                  Storage restored = settings.storage();
                  // One image at a time: a task's share need not fit into memory.
                  Iterable<ImagePath> each = () -> paths;
                  return StreamSupport.stream(each.spliterator(), false)
                      .map(path -> load(restored, path, resize))
                      .iterator();
                });
    return new Reading(items, () -> Places.ofOne(images.size()), 1);
  }

  private static Item load(Storage storage, ImagePath image, Resize resize) {
    try (InputStream in = storage.open(image.path())) {
      Item.Place place = new Item.Place("", 0, image.position());
      return ImageDecoder.decode(place, in.readAllBytes(), image.label(), image.path(), resize);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static List<ImagePath> list(Configuration configuration, String folder) {
    try {
      Path root = new Path(folder);
      FileSystem files = root.getFileSystem(configuration);
      List<ImagePath> images = new ArrayList<>();
      List<Path> classes = children(files, root, true);
      for (int label = 0; label < classes.size(); label++) {
        for (Path image : children(files, classes.get(label), false)) {
          images.add(new ImagePath(image.toString(), label, images.size()));
        }
      }
      return images;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static List<Path> children(FileSystem files, Path folder, boolean folders)
      throws IOException {
    return Arrays.stream(files.listStatus(folder))
        .filter(status -> status.isDirectory() == folders)
        .map(FileStatus::getPath)
        .filter(path -> !path.getName().startsWith(".") && !path.getName().startsWith("_"))
        .filter(path -> folders || isImage(path.getName()))
        .sorted(Comparator.comparing(Path::getName))
        .toList();
  }

  /** Whether a name ends as those of images do. */
  static boolean isImage(String name) {
    String lower = name.toLowerCase(Locale.ROOT);
    return ENDINGS.stream().anyMatch(lower::endsWith);
  }
}
