package io.limbeck.benchmarks.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.apache.logging.log4j.Level;
import org.apache.logging.log4j.core.config.Configurator;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.Test;

class LeaksIT {
  /** A round's state and results are a megabyte here: the second half of 600 would leave 300. */
  @Test
  void rounds_leaveNothingBehind() throws Exception {
    Configurator.setRootLevel(Level.ERROR);
    SparkSession session =
        SparkSession.builder()
            .master("local[2]")
            .appName("leaks")
            .config("spark.ui.enabled", false)
            .config("spark.driver.host", "127.0.0.1")
            .getOrCreate();
    try (JavaSparkContext spark = new JavaSparkContext(session.sparkContext())) {
      Map<String, Object> result = Leaks.measure(spark, 600);
      assertThat((Double) result.get("heap_growth_mib_of_second_half"))
          .as(result.toString())
          .isLessThan(30);
      assertThat((Double) result.get("resident_growth_mib_of_second_half"))
          .as(result.toString())
          .isLessThan(100);
    }
  }
}
