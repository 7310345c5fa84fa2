package io.limbeck.spark.preparation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.limbeck.core.error.UserException;
import java.net.URL;
import java.net.URLClassLoader;
import java.util.concurrent.SynchronousQueue;
import org.junit.jupiter.api.Test;

class BackgroundTest {
  @Test
  void start_goesOnBesideItsMaker() throws InterruptedException {
    SynchronousQueue<Integer> handed = new SynchronousQueue<>();
    Background<Integer> sum = Background.start("sum", () -> taken(handed) + taken(handed));
    handed.put(3);
    handed.put(4);
    assertThat(sum.await()).isEqualTo(7);
    assertThat(sum.ifDone()).contains(7);
  }

  private static int taken(SynchronousQueue<Integer> queue) {
    try {
      return queue.take();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void await_throwsWhatTheWorkThrew() {
    UserException mistake = new UserException("the data are missing");
    Background<Integer> failing =
        Background.start(
            "failing",
            () -> {
              throw mistake;
            });
    assertThatThrownBy(failing::await).isSameAs(mistake);
    assertThat(failing.ifDone()).isEmpty();
  }

  /** Classes of a job's jar are not where Java looks by itself. */
  @Test
  void start_hasItsMakersClassLoader() throws Exception {
    Thread here = Thread.currentThread();
    ClassLoader before = here.getContextClassLoader();
    try (URLClassLoader loader = new URLClassLoader(new URL[0], before)) {
      here.setContextClassLoader(loader);
      assertThat(
              Background.start("loader", () -> Thread.currentThread().getContextClassLoader())
                  .await())
          .isSameAs(loader);
    } finally {
      here.setContextClassLoader(before);
    }
  }
}
