package io.limbeck.spark.monitor;

import io.limbeck.spark.round.RoundSummary;
import java.util.ArrayList;
import java.util.List;

/**
 * The rounds of a training, in bounded room: where there would be too many points, each two
 * neighbours become one, and points stand for twice as many rounds from then on.
 */
final class RoundHistory {
  /** As many as a chart has room for. */
  static final int CAPACITY = 512;

  private final List<RoundPoint> points = new ArrayList<>();
  private int stride = 1;
  private RoundPoint unfinished;

  void add(RoundSummary round) {
    RoundPoint point = RoundPoint.of(round);
    unfinished = unfinished == null ? point : unfinished.with(point);
    if (unfinished.rounds() < stride) {
      return;
    }
    points.add(unfinished);
    unfinished = null;
    if (points.size() == CAPACITY) {
      halve();
    }
  }

  private void halve() {
    List<RoundPoint> halved = new ArrayList<>(CAPACITY);
    for (int i = 0; i < CAPACITY; i += 2) {
      halved.add(points.get(i).with(points.get(i + 1)));
    }
    points.clear();
    points.addAll(halved);
    stride *= 2;
  }

  /** In the order of the rounds. */
  List<RoundPoint> points() {
    List<RoundPoint> all = new ArrayList<>(points);
    if (unfinished != null) {
      all.add(unfinished);
    }
    return all;
  }
}
