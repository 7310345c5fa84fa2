package io.limbeck.dl4j.engine;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.openblas.global.openblas;
import org.deeplearning4j.nn.api.Trainable;
import org.deeplearning4j.nn.conf.GradientNormalization;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.updater.UpdaterBlock;
import org.deeplearning4j.nn.updater.graph.ComputationGraphUpdater;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.learning.config.IUpdater;
import org.nd4j.linalg.learning.config.Nesterovs;
import org.nd4j.linalg.learning.config.NoOp;
import org.nd4j.linalg.learning.config.Sgd;
import org.nd4j.linalg.learning.regularization.L2Regularization;
import org.nd4j.linalg.learning.regularization.Regularization;

/**
 * From gradients to the next parameters, piece by piece, each short enough to stay in the cache:
 * division by the mini-batch, weight decay, momentum and the step itself read and write the memory
 * once, where DL4J's updaters do so four times. The state lies where DL4J keeps it.
 *
 * <p>For SGD, and Nesterov's momentum as DL4J writes it: {@code v' = mu v - lr g}, {@code p' = p -
 * mu v + (1 + mu) v'}.
 */
final class FusedUpdate {
  /** Three arrays of so many floats fit in the nearest caches. */
  private static final int PIECE = 4096;

  /** What a thread does at a time. */
  private static final int SHARE = 64 * PIECE;

  private static final NativeThreads THREADS = NativeThreads.all();

  private final ComputationGraph network;
  private final List<Span> spans;

  /**
   * Parameters beside each other that are updated alike.
   *
   * @param updater what happens to them
   * @param l2 the penalty on their squares; null for none
   * @param divided whether their gradients are sums over a mini-batch
   * @param offset of the first one in the network's flat vector
   * @param length how many
   * @param state offset of what is remembered of the first one
   */
  private record Span(
      IUpdater updater, L2Regularization l2, boolean divided, int offset, int length, int state) {

    boolean goesOnIn(Span next) {
      return updater.equals(next.updater)
          && (l2 == null ? next.l2 == null : l2.equals(next.l2))
          && divided == next.divided
          && offset + length == next.offset
          && stateEnd() == next.state;
    }

    int stateEnd() {
      return updater instanceof Nesterovs ? state + length : state;
    }

    Span with(Span next) {
      return new Span(updater, l2, divided, offset, length + next.length, state);
    }
  }

  private FusedUpdate(ComputationGraph network, List<Span> spans) {
    this.network = network;
    this.spans = spans;
  }

  /**
   * The update of a network; empty where DL4J's own must do it.
   *
   * @param network initialised, in single precision, in the memory of the CPU
   * @param updater its own
   */
  static Optional<FusedUpdate> of(ComputationGraph network, ComputationGraphUpdater updater) {
    List<Span> spans = new ArrayList<>();
    for (UpdaterBlock block : updater.getUpdaterBlocks()) {
      int state = block.getUpdaterViewOffsetStart();
      for (UpdaterBlock.ParamState parameter : block.getLayersAndVariablesInBlock()) {
        Optional<Span> span = span(block, parameter, state);
        if (span.isEmpty()) {
          return Optional.empty();
        }
        append(spans, span.get());
        state = span.get().stateEnd();
      }
    }
    return Optional.of(new FusedUpdate(network, spans));
  }

  private static Optional<Span> span(
      UpdaterBlock block, UpdaterBlock.ParamState parameter, int state) {
    Trainable layer = parameter.getLayer();
    String name = parameter.getParamName();
    GradientNormalization clipping = layer.getConfig().getGradientNormalization();
    IUpdater updater = layer.getConfig().getUpdaterByParam(name);
    List<Regularization> penalties = layer.getConfig().getRegularizationByParam(name);
    boolean none = penalties == null || penalties.isEmpty();
    boolean l2 = !none && penalties.size() == 1 && penalties.get(0) instanceof L2Regularization;
    boolean known =
        updater instanceof Nesterovs || updater instanceof Sgd || updater instanceof NoOp;
    if (block.isPretrainUpdaterBlock()
        || (clipping != null && clipping != GradientNormalization.None)
        || !(none || l2)
        || !known) {
      return Optional.empty();
    }
    return Optional.of(
        new Span(
            updater,
            l2 ? (L2Regularization) penalties.get(0) : null,
            layer.updaterDivideByMinibatch(name),
            parameter.getParamOffsetStart(),
            parameter.getParamOffsetEnd() - parameter.getParamOffsetStart(),
            state));
  }

  private static void append(List<Span> spans, Span span) {
    int last = spans.size() - 1;
    if (last >= 0 && spans.get(last).goesOnIn(span)) {
      spans.set(last, spans.get(last).with(span));
    } else {
      spans.add(span);
    }
  }

  /**
   * Moves the parameters.
   *
   * @param gradients the flat vector of the backward pass; overwritten where weights decay
   * @param state the updater's flat vector; null for none
   */
  void apply(INDArray gradients, INDArray state) {
    int iteration = network.getConfiguration().getIterationCount();
    int epoch = network.getConfiguration().getEpochCount();
    INDArray parameters = network.params();
    for (Span span : spans) {
      double share = span.divided() ? 1.0 / network.batchSize() : 1;
      double decay = span.l2() == null ? 0 : span.l2().getL2().valueAt(iteration, epoch);
      double rate =
          span.updater().hasLearningRate() ? span.updater().getLearningRate(iteration, epoch) : 1;
      double momentum =
          span.updater() instanceof Nesterovs nesterovs
              ? nesterovs.currentMomentum(iteration, epoch)
              : 0;
      Move move =
          new Move((float) (decay / share), (float) (-rate * share), (float) momentum, span);
      THREADS.forEach(
          (span.length() + SHARE - 1) / SHARE,
          piece -> move.over(piece * SHARE, floats(parameters), floats(gradients), floats(state)));
    }
  }

  /**
   * What a step does to a span.
   *
   * @param decay share of the parameters in the gradient
   * @param step share of the gradient in what is added
   * @param momentum share of what was added before
   */
  private record Move(float decay, float step, float momentum, Span span) {

    /** From one parameter of the span on, as many as a thread does at a time. */
    void over(int first, FloatPointer parameters, FloatPointer gradient, FloatPointer velocity) {
      int end = Math.min(first + SHARE, span.length());
      for (int from = first; from < end; from += PIECE) {
        int length = Math.min(PIECE, end - from);
        parameters.position(span.offset() + from);
        gradient.position(span.offset() + from);
        if (decay != 0) {
          openblas.cblas_saxpy(length, decay, parameters, 1, gradient, 1);
        }
        if (span.updater() instanceof Nesterovs) {
          velocity.position(span.state() + from);
          openblas.cblas_saxpy(length, -momentum, velocity, 1, parameters, 1);
          openblas.cblas_sscal(length, momentum, velocity, 1);
          openblas.cblas_saxpy(length, step, gradient, 1, velocity, 1);
          openblas.cblas_saxpy(length, 1 + momentum, velocity, 1, parameters, 1);
        } else {
          openblas.cblas_saxpy(length, step, gradient, 1, parameters, 1);
        }
      }
    }
  }

  private static FloatPointer floats(INDArray array) {
    return array == null ? null : new FloatPointer(array.data().addressPointer());
  }
}
