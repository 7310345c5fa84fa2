package io.limbeck.deploy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** All scripts of the project, looked at by those who know what goes wrong in them. */
class ScriptsIT {

  /** What git knows and begins as a script. */
  private static List<String> scripts() throws IOException, InterruptedException {
    assumeTrue(Shell.has("git"), "needs git, and a checkout");
    List<String> scripts = new ArrayList<>();
    for (String name :
        new Shell(Map.of()).run(new Readme.Command("git ls-files")).lines().toList()) {
      Path file = Project.ROOT.resolve(name);
      if (Files.isRegularFile(file) && isScript(file)) {
        scripts.add("'" + name + "'");
      }
    }
    assertThat(scripts)
        .contains("'deploy/gpu/discover-gpus'", "'deploy/local/limbeck'", "'.ci/run'");
    return scripts;
  }

  private static boolean isScript(Path file) throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      return new String(in.readNBytes(20), StandardCharsets.ISO_8859_1)
          .matches("(?s)#!/usr/bin/env bash.*|#!/bin/.*sh.*");
    }
  }

  @Test
  void all_canBeRun() throws Exception {
    new Shell(Map.of())
        .run(
            new Readme.Command(
                "for script in %s; do test -x \"$script\"; bash -n \"$script\"; done"
                    .formatted(String.join(" ", scripts()))));
  }

  @Test
  void all_areClean() throws Exception {
    assumeTrue(Shell.has("shellcheck"), "needs shellcheck: apt-get install shellcheck");
    new Shell(Map.of()).run(new Readme.Command("shellcheck " + String.join(" ", scripts())));
  }
}
