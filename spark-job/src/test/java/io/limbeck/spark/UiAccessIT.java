package io.limbeck.spark;

import static org.assertj.core.api.Assertions.assertThat;

import io.limbeck.spark.job.TinyExperiment;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Who may not see Spark's UI does not see the Distillation tab, nor what is behind it. */
class UiAccessIT {
  private static final String FILTER =
      "org.apache.hadoop.security.authentication.server.AuthenticationFilter";

  @Test
  void sparksFiltersAndLists_holdForTheTab(@TempDir Path dir) throws Exception {
    int port = Web.freePort();
    List<String> options = new ArrayList<>(JobProcess.LOCAL);
    options.add("-Dspark.ui.port=" + port);
    // Everybody is who he says: the page asks for no more than a name.
    options.add("-Dspark.ui.filters=" + FILTER);
    options.add("-Dspark." + FILTER + ".param.type=simple");
    options.add("-Dspark.acls.enable=true");
    options.add("-Dspark.ui.view.acls=alice");
    Process process =
        JobProcess.start(
            dir,
            options,
            "run",
            new TinyExperiment(dir).file().toString(),
            "--quiet",
            "--set=output.dir=" + dir.resolve("out"),
            "--set=schedule.epochs=100000");
    try {
      String ui = "http://127.0.0.1:" + port;
      awaitTab(process, ui + "/distillation/?user.name=alice");
      for (String page : Set.of("/distillation/", "/distillation/runs/")) {
        assertThat(Web.status(ui + page + "?user.name=alice")).as(page).isEqualTo(200);
        assertThat(Web.status(ui + page + "?user.name=mallory")).as(page).isEqualTo(403);
        assertThat(Web.status(ui + page)).as(page).isEqualTo(403);
      }
    } finally {
      process.destroyForcibly();
      process.waitFor();
    }
  }

  private static void awaitTab(Process process, String url) throws InterruptedException {
    while (true) {
      try {
        if (Web.status(url) == 200) {
          return;
        }
      } catch (IOException e) {
        // Nobody listens yet.
      }
      assertThat(process.isAlive()).isTrue();
      Thread.sleep(100);
    }
  }
}
