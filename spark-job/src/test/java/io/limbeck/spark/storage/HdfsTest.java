package io.limbeck.spark.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.limbeck.core.error.UserException;
import io.limbeck.spark.TestSpark;
import io.limbeck.spark.console.Console;
import io.limbeck.spark.job.Experiment;
import io.limbeck.spark.job.StoppedException;
import io.limbeck.spark.job.TinyExperiment;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.hdfs.MiniDFSCluster;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Data, teacher, cache, checkpoints and results on HDFS. */
class HdfsTest {
  @TempDir private static java.nio.file.Path dir;
  private static MiniDFSCluster cluster;
  private static FileSystem files;
  private static TinyExperiment tiny;

  @BeforeAll
  static void start() throws IOException {
    Configuration configuration = new Configuration();
    configuration.set(MiniDFSCluster.HDFS_MINIDFS_BASEDIR, dir.resolve("hdfs").toString());
    cluster = new MiniDFSCluster.Builder(configuration).numDataNodes(1).build();
    cluster.waitActive();
    files = cluster.getFileSystem();
    tiny = new TinyExperiment(dir);
    try (var local = Files.list(dir)) {
      for (java.nio.file.Path file : local.filter(Files::isRegularFile).toList()) {
        files.copyFromLocalFile(new Path(file.toString()), new Path("/in/" + file.getFileName()));
      }
    }
  }

  @AfterAll
  static void stop() {
    cluster.shutdown();
  }

  private static String run(String in, String out, boolean resumes, BooleanSupplier stop) {
    List<String> overrides = new ArrayList<>();
    for (String part : List.of("train", "validation", "test")) {
      overrides.add("data.%s.images=%s/%s-images".formatted(part, in, part));
      overrides.add("data.%s.labels=%s/%s-labels".formatted(part, in, part));
    }
    overrides.add("algorithm.teacher_ckpt=" + in + "/teacher.zip");
    overrides.add("teacher_cache={path: " + out + "-cache}");
    overrides.add("output.dir=" + out);
    overrides.add("checkpoint.every_rounds=2");
    ByteArrayOutputStream printed = new ByteArrayOutputStream();
    PrintStream to = new PrintStream(printed, true, StandardCharsets.UTF_8);
    new Experiment(TestSpark.session(), Console.log(to), resumes, stop)
        .run(tiny.config(overrides.toArray(String[]::new)));
    return printed.toString(StandardCharsets.UTF_8);
  }

  private static byte[] read(String path) throws IOException {
    try (var in = files.open(new Path(path))) {
      return in.readAllBytes();
    }
  }

  private static List<String> names(String folder) throws IOException {
    return Arrays.stream(files.listStatus(new Path(folder)))
        .map(FileStatus::getPath)
        .map(Path::getName)
        .sorted()
        .toList();
  }

  @Test
  void stoppedAndContinued_isWhatTheLocalRunGives() throws IOException {
    run(dir.toString(), dir.resolve("local").toString(), false, () -> false);
    String hdfs = files.getUri().toString();
    int[] asked = {0};
    BooleanSupplier later = () -> ++asked[0] % 9 == 0;
    assertThatThrownBy(() -> run(hdfs + "/in", hdfs + "/out", false, later))
        .isInstanceOf(StoppedException.class);
    assertThat(names("/out/checkpoints/student-alone-seed-2")).isNotEmpty();
    assertThat(names("/out")).doesNotContain(".lock");
    assertThatThrownBy(() -> run(hdfs + "/in", hdfs + "/out", true, later))
        .isInstanceOf(StoppedException.class);
    assertThat(run(hdfs + "/in", hdfs + "/out", true, () -> false))
        .contains("going on from the checkpoints in " + hdfs + "/out/checkpoints")
        .contains("teacher cache: complete");
    for (String file : List.of("student.zip", "models/distilled-seed-2-last.zip")) {
      assertThat(read("/out/" + file)).isEqualTo(Files.readAllBytes(dir.resolve("local/" + file)));
    }
    assertThat(names("/out"))
        .containsExactly(
            "checkpoints", "config.json", "models", "report.html", "report.json", "student.zip");
  }

  @Test
  void secondJob_isRefusedWhileTheFirstLives() throws IOException {
    String out = files.getUri() + "/taken";
    Storage storage = new Storage(new Configuration());
    try (OutputLock lock = OutputLock.take(storage, out, "application_1")) {
      assertThatThrownBy(() -> run(dir.toString(), out, false, () -> false))
          .isInstanceOf(UserException.class)
          .hasMessageContaining("'output.dir' is \"" + out + "\"");
    }
  }
}
