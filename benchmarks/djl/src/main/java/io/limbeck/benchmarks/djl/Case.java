package io.limbeck.benchmarks.djl;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.GradientCollector;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** Some work, ready to be done: what {@code torch_steps.py} does with the modules it exports. */
final class Case implements AutoCloseable {
  private final NDManager manager = NDManager.newBaseManager();
  private final String kind;
  private final NDArray x;
  private final NDArray y;
  private final Script frozen;
  private final Script lesson;
  private final Script update;
  private final List<NDArray> parameters;
  private final List<NDArray> momenta;
  private final NDList known;

  /**
   * Makes a case ready.
   *
   * @param command its kind, sizes, and the folder that its modules were exported to
   */
  Case(JsonNode command) throws IOException {
    kind = command.path("work").asText();
    int batch = command.path("batch").asInt();
    int edge = command.path("edge").asInt();
    x = manager.randomUniform(0, 1, new Shape(batch, command.path("channels").asInt(), edge, edge));
    y = manager.arange(batch).mod(command.path("classes").asInt()).toType(DataType.INT64, false);
    Path folder = Path.of(command.path("folder").asText());
    frozen = Script.read(manager, folder, "frozen", false).orElse(null);
    lesson = Script.read(manager, folder, "lesson", true).orElse(null);
    update = Script.read(manager, folder, "update", false).orElse(null);
    parameters = lesson == null ? List.of() : lesson.parameters();
    momenta = parameters.stream().map(each -> manager.zeros(each.getShape())).toList();
    // An input whose name has a dot would be taken for an entry of a dictionary.
    parameters.forEach(each -> each.setName(null));
    known = kind.equals("cached_step") ? frozen.run(new NDList(x)) : null;
  }

  /** Numbers that learn, connectors' among them. */
  long parameters() {
    return momenta.stream().mapToLong(NDArray::size).sum();
  }

  /** The work once. */
  void run() {
    try (NDManager step = manager.newSubManager()) {
      switch (kind) {
        case "teacher_forward" -> own(frozen.judge(x), step);
        case "evaluation" -> own(frozen.judge(x, y), step).singletonOrThrow().getLong();
        default -> step(step);
      }
    }
  }

  private void step(NDManager step) {
    NDList inputs = new NDList(x, y);
    if (known != null) {
      inputs.addAll(known);
    } else if (frozen != null) {
      inputs.addAll(own(frozen.run(new NDList(x)), step));
    }
    try (GradientCollector gradients = Engine.getEngine("PyTorch").newGradientCollector()) {
      gradients.backward(own(lesson.run(inputs), step).singletonOrThrow());
    }
    for (int i = 0; i < parameters.size(); i++) {
      NDArray gradient = parameters.get(i).getGradient();
      gradient.attach(step);
      own(update.judge(parameters.get(i), gradient, momenta.get(i)), step);
    }
  }

  private static NDList own(NDList values, NDManager step) {
    values.attach(step);
    return values;
  }

  @Override
  public void close() {
    for (Script each : new Script[] {frozen, lesson, update}) {
      if (each != null) {
        each.close();
      }
    }
    manager.close();
  }
}
