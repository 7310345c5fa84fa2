package io.limbeck.benchmarks.djl;

import ai.djl.MalformedModelException;
import ai.djl.Model;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.nn.Block;
import ai.djl.nn.Parameter;
import ai.djl.training.ParameterStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A module that was exported as TorchScript. */
final class Script implements AutoCloseable {
  private final Model model;
  private final Block block;
  private final ParameterStore store;

  private Script(Model model, NDManager manager) {
    this.model = model;
    this.block = model.getBlock();
    this.store = new ParameterStore(manager, false);
  }

  /**
   * Reads one.
   *
   * @param folder where it lies
   * @param name of the file, without its ending
   * @param learns whether gradients of its parameters are asked for
   * @return empty where there is none
   */
  static Optional<Script> read(NDManager manager, Path folder, String name, boolean learns)
      throws IOException {
    if (!Files.exists(folder.resolve(name + ".pt"))) {
      return Optional.empty();
    }
    Model model = Model.newInstance(name, "PyTorch");
    try {
      model.load(folder, name + ".pt", learns ? Map.of("trainParam", "true") : Map.of());
    } catch (MalformedModelException e) {
      model.close();
      throw new IOException(folder + " has no module " + name, e);
    }
    return Optional.of(new Script(model, manager));
  }

  /** Runs it in inference mode, whose results cannot take part in a gradient. */
  NDList judge(NDArray... inputs) {
    return block.forward(store, new NDList(inputs), false);
  }

  /** Runs it in a step: what does not learn is not recorded for the gradient. */
  NDList run(NDList inputs) {
    return block.forward(store, inputs, true);
  }

  /** What learns. */
  List<NDArray> parameters() {
    return block.getParameters().values().stream().map(Parameter::getArray).toList();
  }

  @Override
  public void close() {
    model.close();
  }
}
