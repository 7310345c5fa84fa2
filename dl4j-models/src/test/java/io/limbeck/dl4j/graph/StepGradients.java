package io.limbeck.dl4j.graph;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.Predicate;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.optimize.api.BaseTrainingListener;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Compares the gradients of whole steps, as the updater gets them, with central differences of the
 * total loss, in double precision and under default workspaces. The step's learning rate must be
 * zero.
 */
final class StepGradients {
  private static final double EPSILON = 1e-6;

  private final DistillationStep step;
  private final INDArray features;
  private final INDArray labels;
  private INDArray gradient;

  StepGradients(DistillationStep step, INDArray features, INDArray labels) {
    this.step = step;
    this.features = features;
    this.labels = labels;
    // Biases of zero would put activations of masked values exactly at the corner of a ReLU.
    INDArray parameters = step.student().network().params();
    INDArray noise = Fixtures.random(17, parameters.shape());
    for (ParameterLayout.Segment segment :
        ParameterLayout.of(step.student().network()).segments()) {
      for (int i = 0; segment.name().endsWith("/b") && i < segment.length(); i++) {
        int index = segment.offset() + i;
        parameters.putScalar(index, parameters.getDouble(index) + 0.1 * noise.getDouble(index));
      }
    }
    step.student()
        .network()
        .addListeners(
            new BaseTrainingListener() {
              @Override
              public void onGradientCalculation(Model model) {
                // DL4J's own is of the sum of the examples' losses.
                gradient =
                    ((ComputationGraph) model).gradient().gradient().dup().divi(features.size(0));
              }
            });
  }

  /** Checks some elements of every parameter; returns the names of those that were. */
  List<String> check(int elements) {
    return check(elements, name -> true);
  }

  /** Those of some parameters; all others have no gradient. */
  List<String> check(int elements, Predicate<String> learns) {
    run();
    INDArray analytic = gradient;
    assertThat(analytic.isNaN().any()).isFalse();
    Random random = new Random(3);
    List<String> checked = new ArrayList<>();
    for (ParameterLayout.Segment segment :
        ParameterLayout.of(step.student().network()).segments()) {
      if (!learns.test(segment.name())) {
        for (int i = 0; i < segment.length(); i++) {
          assertThat(analytic.getDouble(segment.offset() + i)).as(segment.name()).isZero();
        }
      } else if (!segment.statistic()) {
        for (int i = 0; i < Math.min(elements, segment.length()); i++) {
          int index = segment.offset() + random.nextInt(segment.length());
          double numeric = difference(index);
          double found = analytic.getDouble(index);
          assertThat(Math.abs(found - numeric))
              .as("%s, element %d: %s and %s", segment.name(), index, found, numeric)
              .isLessThan(Math.max(2e-8, 1e-5 * Math.abs(numeric)));
        }
        checked.add(segment.name());
      }
    }
    return checked;
  }

  INDArray gradient() {
    run();
    return gradient;
  }

  private double difference(int index) {
    INDArray parameters = step.student().network().params();
    double value = parameters.getDouble(index);
    parameters.putScalar(index, value + EPSILON);
    double above = run();
    parameters.putScalar(index, value - EPSILON);
    double below = run();
    parameters.putScalar(index, value);
    return (above - below) / (2 * EPSILON);
  }

  double run() {
    Nd4j.getRandom().setSeed(11);
    return step
        .run(DistillationStep.Batch.of(features, labels == null ? null : labels.dup()))
        .values()
        .stream()
        .mapToDouble(Double::doubleValue)
        .sum();
  }
}
