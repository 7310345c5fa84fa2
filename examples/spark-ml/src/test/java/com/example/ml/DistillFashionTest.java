package com.example.ml;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.spark.sql.SparkSession;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The example as it is run, for two epochs. */
class DistillFashionTest {
  private static final Path QUICK_START = Path.of("../../configs/quickstart");

  @TempDir Path dir;

  @Test
  void example_learns_andSavesAModel() throws IOException {
    Path model = dir.resolve("student");
    try (SparkSession spark =
        SparkSession.builder().master("local[2]").config("spark.ui.enabled", false).getOrCreate()) {
      double accuracy =
          DistillFashion.run(
              spark,
              QUICK_START.resolve("distill.json").toString(),
              QUICK_START.resolve("data").toString(),
              model.toString(),
              "algorithm.teacher_ckpt=" + QUICK_START.resolve("teacher.zip"),
              "repeats=1",
              "student_alone=false",
              "schedule.epochs=2",
              "schedule.lr_schedule={type: Constant}");
      assertThat(accuracy).isBetween(0.7, 0.9);

      JsonNode report = new ObjectMapper().readTree(Files.readString(model.resolve("report.json")));
      assertThat(report.at("/examples/train").asInt()).isEqualTo(6000);
      double validation = report.at("/distilled/validation/accuracy/mean").asDouble();
      assertThat(accuracy).isCloseTo(validation, within(0.04));
    }
    ComputationGraph stock = ComputationGraph.load(model.resolve("student.zip").toFile(), false);
    assertThat(stock.numParams()).isEqualTo(6794);
  }
}
