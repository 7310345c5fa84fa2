package io.limbeck.stock;

import java.io.File;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.util.ModelSerializer;
import org.nd4j.linalg.factory.Nd4j;

/** A program of somebody who has DL4J and nothing of ours: loads a model and uses it. */
public final class StockDl4jProgram {
  private StockDl4jProgram() {}

  public static void main(String[] args) throws Exception {
    try {
      Class.forName("io.limbeck.dl4j.graph.TrainingGraph");
      throw new IllegalStateException("Our classes are on the class path");
    } catch (ClassNotFoundException expected) {
      ComputationGraph network = ModelSerializer.restoreComputationGraph(new File(args[0]));
      double sum = network.outputSingle(Nd4j.rand(2, 1, 8, 8)).sumNumber().doubleValue();
      System.out.printf(java.util.Locale.ROOT, "probabilities of two examples sum to %.3f%n", sum);
    }
  }
}
