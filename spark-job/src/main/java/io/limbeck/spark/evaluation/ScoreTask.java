package io.limbeck.spark.evaluation;

import io.limbeck.core.math.LogSumExp;
import io.limbeck.dl4j.graph.FrozenNetwork;
import io.limbeck.dl4j.graph.TeacherGraph;
import io.limbeck.spark.data.Batch;
import io.limbeck.spark.data.Block;
import org.apache.spark.api.java.function.Function;
import org.apache.spark.broadcast.Broadcast;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Scores one partition with a frozen network that puts out logits. */
public final class ScoreTask implements Function<Block, Scores> {
  private static final long serialVersionUID = 1L;
  private static final int BATCH = 256;

  private final Broadcast<FrozenNetwork> network;
  private final int classes;

  /**
   * A task.
   *
   * @param network with the logits as its only output
   * @param classes of the data
   */
  public ScoreTask(Broadcast<FrozenNetwork> network, int classes) {
    this.network = network;
    this.classes = classes;
  }

  @Override
  public Scores call(Block block) {
    FrozenNetwork frozen = network.value();
    return block.size() == 0
        ? Scores.none(classes)
        : Instances.with(frozen, graph -> scores(graph, frozen.outputs().get(0), block));
  }

  private Scores scores(TeacherGraph graph, String output, Block block) {
    Scores scores = Scores.none(classes);
    Block.Pass pass = block.inOrder(BATCH);
    for (int step = 0; step < block.steps(BATCH); step++) {
      Batch batch = pass.batch(step);
      INDArray logits = graph.forward(batch.features()).get(output);
      scores =
          scores.plus(
              score(logits.dup('c').data().asFloat(), batch.labels().argMax(1).toIntVector()));
    }
    return scores;
  }

  private Scores score(float[] logits, int[] labels) {
    long[][] confusion = new long[classes][classes];
    double crossEntropySum = 0;
    for (int i = 0; i < labels.length; i++) {
      int best = 0;
      for (int c = 1; c < classes; c++) {
        best = logits[i * classes + c] > logits[i * classes + best] ? c : best;
      }
      confusion[labels[i]][best]++;
      crossEntropySum +=
          LogSumExp.of(logits, i * classes, (i + 1) * classes) - logits[i * classes + labels[i]];
    }
    return new Scores(confusion, crossEntropySum);
  }
}
