package io.limbeck.spark;

import static org.assertj.core.api.Assertions.assertThat;

import io.limbeck.spark.job.TinyExperiment;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The driver as a process of its own, killed and continued. */
class KilledJobIT {
  private static final int KILLS = 20;
  private static final int LONGEST_WAIT_MILLIS = 1200;

  @TempDir private Path dir;
  private Path config;

  @BeforeEach
  void write() {
    config = new TinyExperiment(dir).file();
  }

  private String[] command(String out) {
    return new String[] {
      "run",
      config.toString(),
      "--resume",
      "--set=output.dir=" + dir.resolve(out),
      "--set=schedule.epochs=250",
      "--set=repeats=1",
      "--set=checkpoint.every_rounds=7"
    };
  }

  /** Starts a job and waits for its first line about a round; null when it is over before. */
  private Process training(String out) throws IOException {
    Process process = JobProcess.start(dir, command(out));
    BufferedReader lines =
        new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    StringBuilder seen = new StringBuilder();
    for (String line = lines.readLine(); line != null; line = lines.readLine()) {
      seen.append(line).append('\n');
      if (line.contains("  round ")) {
        drain(lines);
        return process;
      }
    }
    assertThat(process.exitValue()).as(seen.toString()).isZero();
    return null;
  }

  /** Nobody reads on, but a full pipe would stop the job. */
  private static void drain(BufferedReader lines) {
    Thread reader = new Thread(() -> lines.lines().forEach(line -> {}), "drain");
    reader.setDaemon(true);
    reader.start();
  }

  @Test
  void killedAtRandom_andContinued_isTheSameToTheBit() throws Exception {
    JobProcess.run(dir, command("undisturbed"));
    Random random = new Random(7);
    int killed = 0;
    for (int i = 0; i < KILLS; i++) {
      Process process = training("out");
      if (process == null) {
        break;
      }
      process.waitFor(random.nextInt(LONGEST_WAIT_MILLIS), TimeUnit.MILLISECONDS);
      if (process.isAlive()) {
        process.destroyForcibly().waitFor();
        killed++;
      }
    }
    assertThat(killed).isEqualTo(KILLS);
    JobProcess.run(dir, command("out"));
    for (String file : new String[] {"student.zip", "models/student-alone-seed-1-last.zip"}) {
      assertThat(Files.readAllBytes(dir.resolve("out").resolve(file)))
          .as(file)
          .isEqualTo(Files.readAllBytes(dir.resolve("undisturbed").resolve(file)));
    }
    assertThat(dir.resolve("out/.lock")).doesNotExist();
  }

  @Test
  void terminated_keepsACheckpoint() throws Exception {
    Process process = training("out");
    assertThat(process).isNotNull();
    process.destroy();
    assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).isEqualTo(143);
    assertThat(dir.resolve("out/.lock")).doesNotExist();
    try (var checkpoints = Files.list(dir.resolve("out/checkpoints/student-alone-seed-1"))) {
      assertThat(checkpoints).isNotEmpty();
    }
    String continued = JobProcess.run(dir, command("out"));
    assertThat(continued).contains("going on from the checkpoints in");
  }

  @Test
  void secondJobOnAFolder_isRefused_theFirstGoesOn() throws Exception {
    Process first = training("out");
    assertThat(first).isNotNull();
    Process second = JobProcess.start(dir, command("out"));
    String said = new String(second.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(second.waitFor()).as(said).isEqualTo(2);
    assertThat(said).contains("'output.dir' is \"" + dir.resolve("out"), "another job");
    assertThat(first.isAlive()).isTrue();
    first.destroy();
    assertThat(first.waitFor()).isEqualTo(143);
    assertThat(dir.resolve("out/.lock")).doesNotExist();
  }
}
