package com.example.dl4j;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.Test;

/** The example as it is run, for two epochs. */
class DistillFashionTest {
  private static final Path QUICK_START = Path.of("../../configs/quickstart");

  @Test
  void example_learns() throws IOException {
    try (SparkSession spark =
        SparkSession.builder().master("local[2]").config("spark.ui.enabled", false).getOrCreate()) {
      double accuracy =
          DistillFashion.run(
              spark,
              Path.of("distill.json"),
              QUICK_START.resolve("teacher.zip").toFile(),
              QUICK_START.resolve("data").toString(),
              2);
      assertThat(accuracy).isBetween(0.7, 0.9);
    }
  }
}
