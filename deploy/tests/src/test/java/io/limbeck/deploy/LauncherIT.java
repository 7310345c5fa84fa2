package io.limbeck.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;

/** What the scripts of {@code deploy/local} say to mistakes. */
class LauncherIT {
  private static String said(Map<String, String> environment, String command) throws Exception {
    return new Shell(environment).run(new Readme.Command("! " + command));
  }

  @Test
  void submit_settingsThatAreNotThere() throws Exception {
    assertThat(said(Map.of("SPARK_PROPERTIES", "no.conf"), "deploy/local/submit"))
        .isEqualTo("SPARK_PROPERTIES is 'no.conf', but there is no such file\n");
  }

  @Test
  void historyServer_folderThatIsNotThere() throws Exception {
    assertThat(said(Map.of(), "deploy/local/history-server no-events"))
        .isEqualTo("there is no folder no-events\n");
  }
}
