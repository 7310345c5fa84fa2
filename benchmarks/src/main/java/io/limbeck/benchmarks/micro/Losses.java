package io.limbeck.benchmarks.micro;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.limbeck.core.config.ConfigReader;
import io.limbeck.core.loss.Loss;
import io.limbeck.core.loss.LossInputs;
import io.limbeck.core.schema.Binder;
import io.limbeck.core.schema.Key;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.nd4j.linalg.api.ndarray.INDArray;

/** A loss as a config has it, and its inputs as a step does: no gradient goes to the teacher. */
final class Losses {
  private Losses() {}

  /**
   * Such a config.
   *
   * @param loss the block
   */
  record Config(@Key("A loss") Loss loss) {}

  /** A loss by its type, all else as by default. */
  static Loss of(String type) {
    ObjectNode tree = JsonNodeFactory.instance.objectNode();
    tree.putObject("loss").put("type", type);
    return new Binder<>(Config.class, ConfigReader.families()).bind(tree).loss();
  }

  /** What it compares. */
  static LossInputs inputs(Loss loss, INDArray student, INDArray teacher) {
    List<String> names = loss.arguments().stream().map(each -> each.name()).toList();
    return LossInputs.of(Map.of(names.get(0), student, names.get(1), teacher))
        .withoutGradientOf(Set.of(names.get(1)));
  }
}
