package io.limbeck.benchmarks.djl;

import ai.djl.engine.Engine;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/**
 * Does what it is told, line by line, as {@code torch_steps.py} does, with the modules which that
 * one has exported.
 */
public final class DjlSteps {
  private static final ObjectMapper JSON = new ObjectMapper();

  private DjlSteps() {}

  /** Reads commands until there are no more. */
  public static void main(String[] args) throws IOException {
    BufferedReader commands =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    answer(Map.of("version", Engine.getEngine("PyTorch").getVersion()));
    Case current = null;
    for (String line = commands.readLine(); line != null; line = commands.readLine()) {
      JsonNode command = JSON.readTree(line);
      if (command.path("work").asText().equals("run")) {
        long start = System.nanoTime();
        current.run();
        answer(Map.of("ms", (System.nanoTime() - start) / 1e6));
      } else {
        if (current != null) {
          current.close();
        }
        current = new Case(command);
        answer(Map.of("parameters", current.parameters()));
      }
    }
  }

  private static void answer(Map<String, Object> values) throws IOException {
    System.out.println(JSON.writeValueAsString(values));
  }
}
