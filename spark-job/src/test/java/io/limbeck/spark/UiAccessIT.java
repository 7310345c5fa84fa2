package io.limbeck.spark;

import static org.assertj.core.api.Assertions.assertThat;

import io.limbeck.spark.job.TinyExperiment;
import java.io.IOException;
import java.net.ConnectException;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import javax.servlet.Filter;
import javax.servlet.FilterChain;
import javax.servlet.ServletException;
import javax.servlet.ServletRequest;
import javax.servlet.ServletResponse;
import javax.servlet.http.HttpServletRequest;
import javax.servlet.http.HttpServletRequestWrapper;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Who may not see Spark's UI does not see the Distillation tab, nor what is behind it. */
class UiAccessIT {
  /** Everybody is who he says he is. */
  public static final class Names implements Filter {
    @Override
    public void doFilter(ServletRequest request, ServletResponse response, FilterChain chain)
        throws IOException, ServletException {
      String name = Objects.requireNonNullElse(request.getParameter("name"), "nobody");
      chain.doFilter(
          new HttpServletRequestWrapper((HttpServletRequest) request) {
            @Override
            public String getRemoteUser() {
              return name;
            }
          },
          response);
    }
  }

  @Test
  @Timeout(value = 2, unit = TimeUnit.MINUTES)
  void sparksFiltersAndLists_holdForTheTab(@TempDir Path dir) throws Exception {
    int port = Web.freePort();
    List<String> options = new ArrayList<>(JobProcess.LOCAL);
    options.add("-Dspark.ui.port=" + port);
    options.add("-Dspark.ui.filters=" + Names.class.getName());
    options.add("-Dspark.acls.enable=true");
    options.add("-Dspark.ui.view.acls=alice");
    Process process =
        JobProcess.with(
                dir,
                JobProcess.testClasses(),
                options,
                "run",
                new TinyExperiment(dir).file().toString(),
                "--set=output.dir=" + dir.resolve("out"),
                "--set=schedule.epochs=100000")
            .start();
    try {
      String ui = "http://127.0.0.1:" + port;
      awaitTab(process, ui + "/distillation/?name=alice");
      String api = "/api/v1/applications";
      String application = Web.json(ui + api + "?name=alice").get(0).path("id").asText();
      for (String page :
          Set.of(
              "/distillation/",
              "/distillation/runs/",
              api + "/" + application + "/distillation/")) {
        assertThat(Web.status(ui + page + "?name=alice")).as(page).isEqualTo(200);
        assertThat(Web.status(ui + page + "?name=mallory")).as(page).isEqualTo(403);
        assertThat(Web.status(ui + page)).as(page).isEqualTo(403);
      }
    } finally {
      process.destroyForcibly();
      process.waitFor();
    }
  }

  private static void awaitTab(Process process, String url)
      throws IOException, InterruptedException {
    while (true) {
      try {
        HttpResponse<String> answer = Web.get(url);
        if (answer.statusCode() == 200 && !answer.body().contains("Spark is starting up")) {
          return;
        }
      } catch (ConnectException e) {
        // Nobody listens yet.
      }
      if (!process.isAlive()) {
        throw new IOException(
            new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8));
      }
      Thread.sleep(100);
    }
  }
}
