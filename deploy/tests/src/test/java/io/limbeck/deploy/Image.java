package io.limbeck.deploy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/**
 * The project's image, built by the page's command, but by {@code buildah}, which needs no daemon,
 * and upon a folder that stands in for Spark's image: that one cannot be had where tests run.
 */
final class Image {
  /** Where Spark's image starts. */
  static final String WORK_DIR = "/opt/spark/work-dir";

  private final Path root;

  private Image(Path root) {
    this.root = root;
  }

  /** Whether images can be built on this machine. */
  static boolean canBeBuilt() {
    return Shell.has("buildah");
  }

  /**
   * Builds it.
   *
   * @param folder for what the builder needs
   */
  static Image build(Path folder) throws IOException, InterruptedException {
    Path spark = Files.createDirectories(folder.resolve("spark"));
    Files.createDirectories(spark.resolve("opt/spark/work-dir"));
    Files.writeString(spark.resolve("Dockerfile"), "FROM scratch\nCOPY opt /opt\n");
    String builder =
        "buildah --root %s --runroot %s --storage-driver vfs"
            .formatted(folder.resolve("images"), folder.resolve("running"));
    Shell shell = new Shell(Map.of());
    shell.run(new Readme.Command("%s bud --quiet -t spark %s".formatted(builder, spark)));
    shell.run(
        new Readme("deploy/kubernetes/README.md")
            .command("Image")
            .with("docker build", builder + " bud --quiet --build-arg SPARK=localhost/spark")
            .with("REGISTRY/limbeck:0.1", "limbeck"));
    String root =
        shell.run(
            new Readme.Command(
                "container=$(%s from localhost/limbeck)%n%s mount \"$container\""
                    .formatted(builder, builder)));
    // What the builder warns of stands before it.
    return new Image(Path.of(root.lines().reduce((before, last) -> last).orElseThrow()));
  }

  /** Its file system. */
  Path root() {
    return root;
  }
}
