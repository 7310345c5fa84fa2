package io.limbeck.benchmarks.engine;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.logging.log4j.Level;
import org.apache.logging.log4j.core.config.Configurator;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.SparkSession;

/** Measures what rounds cost, and writes it as JSON and a picture. Run with spark-submit. */
public final class EngineBenchmark {
  private EngineBenchmark() {}

  /**
   * Measures.
   *
   * @param args a folder for {@code engine.json} and {@code growth.svg}; rounds of the leak test
   *     (default 2000)
   */
  public static void main(String[] args) throws Exception {
    Path folder = Files.createDirectories(Path.of(args[0]));
    int rounds = args.length > 1 ? Integer.parseInt(args[1]) : 2000;
    Configurator.setRootLevel(Level.ERROR);
    SparkSession session = SparkSession.builder().appName("engine benchmark").getOrCreate();
    session.sparkContext().setLogLevel("ERROR");
    try (JavaSparkContext spark = new JavaSparkContext(session.sparkContext())) {
      Map<String, Object> all = new LinkedHashMap<>();
      all.put("leaks", Leaks.measure(spark, rounds));
      all.put("peer", PeerComparison.measure(spark, 5));
      all.put("traffic", Traffic.measure(spark));
      List<Growth.Curve> curves = Growth.measure(spark);
      all.put("growth", Growth.json(curves));
      String json =
          new ObjectMapper()
              .setPropertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
              .enable(SerializationFeature.INDENT_OUTPUT)
              .writeValueAsString(all);
      Files.writeString(folder.resolve("engine.json"), json);
      Files.writeString(folder.resolve("growth.svg"), CurvePicture.svg(curves));
      System.out.println(json);
    }
  }
}
