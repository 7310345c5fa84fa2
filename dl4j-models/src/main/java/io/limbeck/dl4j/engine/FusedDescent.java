package io.limbeck.dl4j.engine;

import java.lang.reflect.Field;
import java.util.Optional;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.deeplearning4j.optimize.Solver;
import org.deeplearning4j.optimize.api.TrainingListener;
import org.deeplearning4j.optimize.solvers.StochasticGradientDescent;
import org.deeplearning4j.optimize.stepfunctions.NegativeGradientStepFunction;
import org.nd4j.linalg.api.memory.MemoryWorkspace;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** DL4J's gradient descent with a {@link FusedUpdate} in it; {@code fit} stays as it is. */
final class FusedDescent extends StochasticGradientDescent {
  private static final long serialVersionUID = 1L;
  private static final Field OPTIMIZER = field(Solver.class, "optimizer");
  private static final Field SOLVER = field(ComputationGraph.class, "solver");

  private final transient ComputationGraph network;
  private final transient FusedUpdate update;

  private FusedDescent(ComputationGraph network, FusedUpdate update) {
    super(network.conf(), new NegativeGradientStepFunction(), network.getListeners(), network);
    this.network = network;
    this.update = update;
    setUpdaterComputationGraph(network.getUpdater());
  }

  /**
   * Makes a network learn in this way, if its updaters allow it.
   *
   * @param network initialised, in single precision, in the memory of the CPU
   */
  static void of(ComputationGraph network) {
    Optional<FusedUpdate> update = FusedUpdate.of(network, network.getUpdater());
    if (update.isPresent()) {
      try {
        OPTIMIZER.set(SOLVER.get(network), new FusedDescent(network, update.get()));
      } catch (IllegalAccessException e) {
        throw new IllegalStateException(e);
      }
    }
  }

  /** Whether a network learns in this way. */
  static boolean isIn(ComputationGraph network) {
    try {
      Object solver = SOLVER.get(network);
      return solver != null && OPTIMIZER.get(solver) instanceof FusedDescent;
    } catch (IllegalAccessException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public boolean optimize(LayerWorkspaceMgr workspaceMgr) {
    if (accumulator != null) {
      return super.optimize(workspaceMgr);
    }
    network.computeGradientAndScore();
    try (MemoryWorkspace outside = Nd4j.getMemoryManager().scopeOutOfWorkspaces()) {
      for (TrainingListener listener : trainingListeners) {
        listener.onGradientCalculation(network);
      }
    }
    score = network.score();
    INDArray state = getComputationGraphUpdater().getStateViewArray();
    update.apply(getComputationGraphUpdater().getFlattenedGradientsView(), state);
    try (MemoryWorkspace outside = Nd4j.getMemoryManager().scopeOutOfWorkspaces()) {
      for (TrainingListener listener : trainingListeners) {
        listener.iterationDone(network, getIterationCount(network), getEpochCount(network));
      }
    }
    incrementIterationCount(network, 1);
    applyConstraints(network);
    return true;
  }

  private static Field field(Class<?> owner, String name) {
    try {
      Field field = owner.getDeclaredField(name);
      field.setAccessible(true);
      return field;
    } catch (NoSuchFieldException e) {
      throw new IllegalStateException(
          owner + " has no field '" + name + "': not the DL4J release this was built for", e);
    }
  }
}
