package io.limbeck.spark.source;

import io.limbeck.core.config.DataSource.Idx;
import io.limbeck.spark.storage.HadoopSettings;
import io.limbeck.spark.storage.Storage;
import java.io.BufferedInputStream;
import java.io.Closeable;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.zip.GZIPInputStream;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;

/**
 * Reads pairs of IDX files, the format of MNIST: a magic number, the dimensions, then unsigned
 * bytes.
 */
final class IdxReader {
  private static final int UNSIGNED_BYTE = 0x08;

  private IdxReader() {}

  /** The examples, streamed by one task: a gzipped file cannot be read in parts. */
  static Reading read(JavaSparkContext spark, Idx source, String key) {
    Storage storage = new Storage(spark.hadoopConfiguration());
    storage.requireFile(source.images(), key + ".images");
    storage.requireFile(source.labels(), key + ".labels");
    HadoopSettings settings = HadoopSettings.of(spark.hadoopConfiguration());
    JavaRDD<Item> items =
        spark
            .parallelize(List.of(source), 1)
            .flatMap(each -> new Examples(each, settings.storage()));
    return new Reading(items, () -> Places.ofOne(count(storage, source)), 1);
  }

  /** What the header says; 0 where there is none, which the examples tell about. */
  private static long count(Storage storage, Idx source) {
    try (Examples header = new Examples(source, storage)) {
      return header.count;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static final class Examples implements Iterator<Item>, Closeable {
    private final Idx source;
    private final DataInputStream images;
    private final DataInputStream labels;
    private final int[] shape;
    private final int count;
    private int next;
    private String problem;

    Examples(Idx source, Storage storage) throws IOException {
      this.source = source;
      this.images = open(storage, source.images());
      this.labels = open(storage, source.labels());
      int[] imageDimensions = header(images, source.images(), 3);
      int[] labelDimensions = header(labels, source.labels(), 1);
      this.count = problem == null ? imageDimensions[0] : 0;
      this.shape =
          problem == null ? new int[] {1, imageDimensions[1], imageDimensions[2]} : new int[3];
      if (problem == null && imageDimensions[0] != labelDimensions[0]) {
        problem =
            "IDX file %s has %d images but %s has %d labels"
                .formatted(
                    source.images(), imageDimensions[0], source.labels(), labelDimensions[0]);
      }
    }

    private static DataInputStream open(Storage storage, String path) throws IOException {
      BufferedInputStream in = new BufferedInputStream(storage.open(path), 1 << 16);
      in.mark(2);
      boolean gzip = in.read() == 0x1f && in.read() == 0x8b;
      in.reset();
      InputStream plain = gzip ? new BufferedInputStream(new GZIPInputStream(in), 1 << 16) : in;
      return new DataInputStream(plain);
    }

    private int[] header(DataInputStream in, String path, int dimensions) throws IOException {
      if (problem != null) {
        return new int[dimensions];
      }
      try {
        int magic = in.readInt();
        int expected = UNSIGNED_BYTE << 8 | dimensions;
        if (magic != expected) {
          problem =
              "%s is not an IDX file of unsigned bytes with %d dimension%s: it starts with 0x%08x, not 0x%08x"
                  .formatted(path, dimensions, dimensions == 1 ? "" : "s", magic, expected);
          return new int[dimensions];
        }
        int[] sizes = new int[dimensions];
        for (int i = 0; i < dimensions; i++) {
          sizes[i] = in.readInt();
        }
        return sizes;
      } catch (EOFException e) {
        problem = "IDX file " + path + " is truncated: it ends within its header";
        return new int[dimensions];
      }
    }

    @Override
    public void close() throws IOException {
      images.close();
      labels.close();
    }

    @Override
    public boolean hasNext() {
      return problem != null || next < count;
    }

    @Override
    public Item next() {
      if (!hasNext()) {
        throw new NoSuchElementException();
      }
      Item.Place place = new Item.Place("", 0, next);
      try {
        if (problem == null) {
          byte[] pixels = new byte[shape[1] * shape[2]];
          images.readFully(pixels);
          int label = labels.readUnsignedByte();
          next++;
          return Item.ofPixels(place, pixels, shape, label);
        }
      } catch (EOFException e) {
        problem =
            "IDX file %s or %s is truncated: its header says %d examples, but it ends after %d"
                .formatted(source.images(), source.labels(), count, next);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
      Item item = Item.ofProblem(place, problem);
      problem = null;
      next = count;
      return item;
    }
  }
}
