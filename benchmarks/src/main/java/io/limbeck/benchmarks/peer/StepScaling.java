package io.limbeck.benchmarks.peer;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * What a second core brings on this machine when nothing is shared but the machine: distillation
 * steps of the quick start's size in one process, and in two, each on a core of its own, with no
 * Spark around. What two executors bring is to be read beside it: cores share caches and bandwidth,
 * and, where the machine is shared, more than that.
 */
public final class StepScaling {
  private static final Case STEP = new Case(Work.KD_STEP, "cnn-4-8-16", "cnn-32-64-128", 32);
  private static final double WARM_UP_MS = 3000;
  private static final double MEASURED_MS = 4000;

  private StepScaling() {}

  /** Steps a second of two processes over those of one. */
  public static double twoToOne() throws IOException {
    double one = rate(1);
    return rate(2) / one;
  }

  private static double rate(int processes) throws IOException {
    List<Peer> peers = new ArrayList<>();
    try {
      for (int core = 0; core < processes; core++) {
        Peer peer = Peer.limbeckOn(core);
        peers.add(peer);
        peer.prepare(STEP);
      }
      List<CompletableFuture<Double>> rates =
          peers.stream().map(peer -> CompletableFuture.supplyAsync(() -> rate(peer))).toList();
      return rates.stream().mapToDouble(CompletableFuture::join).sum();
    } finally {
      peers.forEach(Peer::close);
    }
  }

  private static double rate(Peer peer) {
    steps(peer, WARM_UP_MS);
    return steps(peer, MEASURED_MS) / MEASURED_MS;
  }

  /** Steps until that many milliseconds have gone into them. */
  private static double steps(Peer peer, double milliseconds) {
    double steps = 0;
    for (double spent = 0; spent < milliseconds; steps++) {
      spent += peer.milliseconds();
    }
    return steps;
  }
}
