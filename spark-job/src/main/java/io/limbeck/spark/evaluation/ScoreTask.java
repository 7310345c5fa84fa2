package io.limbeck.spark.evaluation;

import io.limbeck.core.math.LogSumExp;
import io.limbeck.core.network.FrozenTeacher;
import io.limbeck.core.network.Teacher;
import io.limbeck.spark.data.Batch;
import io.limbeck.spark.data.Block;
import io.limbeck.spark.device.TaskDevice;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.apache.spark.api.java.function.Function;
import org.apache.spark.broadcast.Broadcast;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Scores one partition with a frozen network, each of whose outputs is logits. */
public final class ScoreTask implements Function<Block, List<Scores>> {
  private static final long serialVersionUID = 1L;
  private static final int BATCH = 256;

  private final Broadcast<FrozenTeacher> network;
  private final int classes;
  private final boolean ensemble;
  private final boolean predictions;

  /**
   * A task.
   *
   * @param network with logits as its outputs
   * @param classes of the data
   * @param ensemble whether the mean of all logits is scored behind them
   * @param predictions whether it tells what it takes every example for; pixels are too many
   */
  public ScoreTask(
      Broadcast<FrozenTeacher> network, int classes, boolean ensemble, boolean predictions) {
    this.network = network;
    this.classes = classes;
    this.ensemble = ensemble;
    this.predictions = predictions;
  }

  @Override
  public List<Scores> call(Block block) {
    TaskDevice.bind();
    FrozenTeacher frozen = network.value();
    int scored = frozen.outputs().size() + (ensemble ? 1 : 0);
    List<Scores> none = Collections.nCopies(scored, Scores.none(classes));
    return block.size() == 0
        ? none
        : Instances.withAny(frozen, running -> scores(running, frozen.outputs(), block, none));
  }

  private List<Scores> scores(
      Teacher running, List<String> outputs, Block block, List<Scores> none) {
    List<Scores> scores = new ArrayList<>(none);
    Block.Pass pass = block.inOrder(BATCH);
    for (int step = 0; step < block.steps(BATCH); step++) {
      Batch batch = pass.batch(step);
      int[] labels = OneHotLabels.of(batch.labels());
      boolean ofPixels = batch.labels().rank() > 2;
      Map<String, INDArray> all = running.forward(batch.features());
      float[] sum = new float[labels.length * classes];
      for (int i = 0; i < outputs.size(); i++) {
        float[] logits = rows(all.get(outputs.get(i)));
        scores.set(i, scores.get(i).plus(score(logits, labels, ofPixels)));
        for (int j = 0; j < sum.length; j++) {
          sum[j] += logits[j] / outputs.size();
        }
      }
      if (ensemble) {
        int last = outputs.size();
        scores.set(last, scores.get(last).plus(score(sum, labels, ofPixels)));
      }
    }
    return scores;
  }

  /** The classes of an example, or of a pixel, side by side. */
  private static float[] rows(INDArray logits) {
    INDArray rows = logits.rank() == 2 ? logits : logits.permute(0, 2, 3, 1);
    return rows.dup('c').data().asFloat();
  }

  private Scores score(float[] logits, int[] labels, boolean ofPixels) {
    long[][] confusion = new long[classes][classes];
    Calibration calibration = Calibration.none();
    int[] likeliest = new int[labels.length];
    double crossEntropySum = 0;
    for (int i = 0; i < labels.length; i++) {
      if (labels[i] != OneHotLabels.NONE) {
        int best = 0;
        for (int c = 1; c < classes; c++) {
          best = logits[i * classes + c] > logits[i * classes + best] ? c : best;
        }
        likeliest[i] = best;
        confusion[labels[i]][best]++;
        double normalizer = LogSumExp.of(logits, i * classes, (i + 1) * classes);
        crossEntropySum += normalizer - logits[i * classes + labels[i]];
        calibration.count(Math.exp(logits[i * classes + best] - normalizer), best == labels[i]);
      }
    }
    return new Scores(
        confusion,
        crossEntropySum,
        ofPixels,
        calibration,
        predictions && !ofPixels ? new Predictions(labels, likeliest) : Predictions.NONE);
  }
}
