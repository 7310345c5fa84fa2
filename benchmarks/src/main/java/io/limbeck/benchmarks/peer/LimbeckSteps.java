package io.limbeck.benchmarks.peer;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.limbeck.dl4j.engine.CpuEngine;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/** Limbeck's side as a process: does what it is told, line by line, as {@code torch_steps.py}. */
public final class LimbeckSteps {
  private static final ObjectMapper JSON = new ObjectMapper();

  private LimbeckSteps() {}

  /** Reads commands until there are no more. */
  public static void main(String[] args) throws IOException {
    BufferedReader commands =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    answer(Map.of("version", CpuEngine.status().description()));
    Ours current = null;
    for (String line = commands.readLine(); line != null; line = commands.readLine()) {
      JsonNode command = JSON.readTree(line);
      if (command.path("work").asText().equals("run")) {
        answer(Map.of("ms", current.milliseconds()));
      } else {
        current = new Ours(Case.of(command));
        answer(Map.of("parameters", current.parameters()));
      }
    }
  }

  private static void answer(Map<String, Object> values) throws IOException {
    System.out.println(JSON.writeValueAsString(values));
  }
}
