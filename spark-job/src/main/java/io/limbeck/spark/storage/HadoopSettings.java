package io.limbeck.spark.storage;

import java.io.IOException;
import java.io.Serializable;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/**
 * Hadoop's configuration as a task can carry it, so that executors reach the same file systems as
 * the driver.
 *
 * @param entries the settings that differ from Hadoop's defaults
 */
public record HadoopSettings(Map<String, String> entries) implements Serializable {

  /**
   * The settings of a configuration.
   *
   * @param configuration the driver's
   */
  public static HadoopSettings of(Configuration configuration) {
    Map<String, String> entries = new LinkedHashMap<>();
    configuration.forEach(
        entry -> {
          String[] sources = configuration.getPropertySources(entry.getKey());
          if (sources == null
              || sources.length == 0
              || !sources[sources.length - 1].endsWith("-default.xml")) {
            entries.put(entry.getKey(), entry.getValue());
          }
        });
    return new HadoopSettings(entries);
  }

  /** Storage under these settings, on whatever machine. */
  public Storage storage() {
    return new Storage(restore());
  }

  /**
   * The file system of a path under these settings.
   *
   * @param path a path or URI
   */
  public FileSystem fileSystem(String path) throws IOException {
    return new Path(path).getFileSystem(restore());
  }

  private Configuration restore() {
    Configuration configuration = new Configuration();
    entries.forEach(configuration::set);
    return configuration;
  }
}
