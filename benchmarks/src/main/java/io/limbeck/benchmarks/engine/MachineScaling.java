package io.limbeck.benchmarks.engine;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * What a second core brings on this machine when nothing is shared but the machine: matrix products
 * in one process, and in two, each on a core of its own. What two executors bring is to be read
 * beside it: cores share caches and bandwidth, and often what looks like two is one.
 */
public final class MachineScaling {
  private static final int SIDE = 256;
  private static final double WARM_UP = 2;
  private static final double SECONDS = 4;

  private MachineScaling() {}

  /** One process: prints products a second. */
  public static void main(String[] args) {
    INDArray left = Nd4j.rand(SIDE, SIDE);
    INDArray right = Nd4j.rand(SIDE, SIDE);
    INDArray product = Nd4j.create(SIDE, SIDE);
    rate(left, right, product, WARM_UP);
    System.out.println(rate(left, right, product, SECONDS));
  }

  private static double rate(INDArray left, INDArray right, INDArray product, double seconds) {
    long start = System.nanoTime();
    long products = 0;
    while (System.nanoTime() - start < seconds * 1e9) {
      left.mmuli(right, product);
      products++;
    }
    return products / ((System.nanoTime() - start) / 1e9);
  }

  /** Products a second of two processes over those of one. */
  static double twoToOne() throws IOException, InterruptedException {
    double one = rate(1);
    return rate(2) / one;
  }

  private static double rate(int processes) throws IOException, InterruptedException {
    List<Process> running = new ArrayList<>();
    for (int core = 0; core < processes; core++) {
      running.add(
          new ProcessBuilder(
                  "taskset",
                  "-c",
                  String.valueOf(core),
                  Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                  "-cp",
                  System.getProperty("java.class.path"),
                  MachineScaling.class.getName())
              .redirectError(ProcessBuilder.Redirect.DISCARD)
              .start());
    }
    double sum = 0;
    for (Process process : running) {
      String printed = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      sum += Double.parseDouble(printed.lines().reduce("", (before, line) -> line));
      process.waitFor();
    }
    return sum;
  }
}
