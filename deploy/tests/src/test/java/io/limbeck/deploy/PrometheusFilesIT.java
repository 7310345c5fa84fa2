package io.limbeck.deploy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The files of {@code deploy/metrics}, by Prometheus' own tool. */
class PrometheusFilesIT {
  @BeforeAll
  static void tool() {
    assumeTrue(Shell.has("promtool"), "needs promtool: apt-get install prometheus");
  }

  private static String promtool(String arguments) throws Exception {
    return new Shell(Map.of()).run(new Readme.Command("cd deploy/metrics; promtool " + arguments));
  }

  @Test
  void configuration_andItsRules() throws Exception {
    assertThat(promtool("check config prometheus.yml"))
        .contains("SUCCESS: prometheus.yml is valid prometheus config file", "rules found");
  }

  @Test
  void alerts_comeWhenTheyShould() throws Exception {
    assertThat(promtool("test rules alerts-test.yml")).contains("SUCCESS");
  }
}
