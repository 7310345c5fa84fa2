package io.limbeck.spark;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** A browser without a window, as Debian's package brings it. */
final class Chromium {
  private static final List<String> QUIET =
      List.of(
          "--headless",
          "--no-sandbox",
          "--disable-gpu",
          "--disable-quic",
          "--no-first-run",
          "--disable-background-networking",
          "--disable-component-update",
          "--disable-sync",
          "--hide-scrollbars",
          // Time in the page runs as fast as it can, until so much has passed and all is loaded.
          "--virtual-time-budget=8000");

  private Chromium() {}

  /** Whether there is one on this machine. */
  static boolean isThere() {
    return executable().isPresent();
  }

  private static Optional<Path> executable() {
    return Stream.of("/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome")
        .map(Path::of)
        .filter(Files::isExecutable)
        .findFirst();
  }

  /**
   * A page as it stands after its scripts have run.
   *
   * @param profile an empty folder for what the browser keeps
   * @param url of the page
   * @return its HTML
   */
  static String dom(Path profile, String url) throws IOException, InterruptedException {
    return run(profile, "--dump-dom", url);
  }

  /**
   * A picture of a page.
   *
   * @param profile an empty folder for what the browser keeps
   * @param url of the page
   * @param width of the window in pixels
   * @param height of the window in pixels
   * @param png the file to write
   */
  static void screenshot(Path profile, String url, int width, int height, Path png)
      throws IOException, InterruptedException {
    run(profile, "--window-size=" + width + "," + height, "--screenshot=" + png, url);
    assertThat(png).exists();
  }

  /**
   * A page as it is printed.
   *
   * @param profile an empty folder for what the browser keeps
   * @param url of the page
   * @param pdf the file to write
   */
  static void print(Path profile, String url, Path pdf) throws IOException, InterruptedException {
    run(profile, "--no-pdf-header-footer", "--print-to-pdf=" + pdf, url);
    assertThat(pdf).exists();
  }

  private static String run(Path profile, String... more) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of(executable().orElseThrow().toString()));
    command.addAll(QUIET);
    command.add("--user-data-dir=" + Files.createTempDirectory(profile, "profile"));
    command.addAll(List.of(more));
    Process process =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD).start();
    String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(out).isZero();
    return out;
  }
}
