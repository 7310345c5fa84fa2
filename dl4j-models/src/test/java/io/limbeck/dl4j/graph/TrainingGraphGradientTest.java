package io.limbeck.dl4j.graph;

import static org.assertj.core.api.Assertions.assertThat;

import io.limbeck.core.config.ArchitectureConfig.CifarResNet;
import io.limbeck.core.config.ArchitectureConfig.SmallCnn;
import io.limbeck.core.distiller.Distiller;
import io.limbeck.dl4j.zoo.Architectures;
import java.util.List;
import java.util.Random;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The gradient of the whole step, through BatchNorm, forks, the task loss and the distillation
 * head, against central differences of the total loss in double precision and under default
 * workspaces.
 */
class TrainingGraphGradientTest {
  private static final InputType INPUT = InputType.convolutional(8, 8, 3);
  private static final double EPSILON = 1e-6;

  @ParameterizedTest
  @CsvSource({"resnet, 0.1", "resnet, 1", "resnet, 0", "cnn, 0.5"})
  void gradient_matchesDifferences(String kind, double taskLossWeight) {
    Architectures zoo = new Architectures(INPUT, 5, 7, DataType.DOUBLE);
    ComputationGraphConfiguration student =
        LogitsForm.of(
            "resnet".equals(kind)
                ? zoo.cifarResNet(new CifarResNet(8, null))
                : zoo.smallCnn(new SmallCnn(List.of(3, 4), 6, null)));
    ComputationGraph teacher =
        Networks.fresh(
            LogitsForm.of(
                new Architectures(INPUT, 5, 8, DataType.DOUBLE)
                    .smallCnn(new SmallCnn(List.of(4), 7, null))));
    Distiller distiller =
        Fixtures.distiller(Fixtures.kdOnLogits(3, 0.9), Networks.fresh(student), teacher, INPUT);
    TrainingGraph graph =
        TrainingGraph.of(
            student,
            distiller.gradientVertices(),
            new TrainingOptions(Fixtures.sgd(0.1), 1, taskLossWeight));
    Step step = new Step(graph, distiller, teacher);

    INDArray analytic = step.gradient();
    ParameterLayout layout = ParameterLayout.of(graph.network());
    Random random = new Random(3);
    int checked = 0;
    for (ParameterLayout.Segment segment : layout.segments()) {
      if (!segment.statistic()) {
        for (int i = 0; i < Math.min(4, segment.length()); i++) {
          int index = segment.offset() + random.nextInt(segment.length());
          double numeric = step.difference(index);
          double found = analytic.getDouble(index);
          assertThat(Math.abs(found - numeric))
              .as("%s, element %d: %s and %s", segment.name(), index, found, numeric)
              .isLessThan(Math.max(1e-8, 1e-5 * Math.abs(numeric)));
          checked++;
        }
      }
    }
    assertThat(checked).isGreaterThan(20);
  }

  /** Forward, distil, backward, without an update. */
  private static final class Step {
    private final TrainingGraph graph;
    private final Distiller distiller;
    private final INDArray features = Fixtures.random(1, 6, 3, 8, 8);
    private final INDArray teacherLogits;
    private final StepListener listener;

    Step(TrainingGraph graph, Distiller distiller, ComputationGraph teacher) {
      this.graph = graph;
      this.distiller = distiller;
      this.listener = new StepListener(graph, distiller);
      graph.network().setListeners(listener);
      this.teacherLogits = teacher.feedForward(features, false).get("head.fc").dup();
    }

    /** Of the mean loss: DL4J's own is of the sum. */
    INDArray gradient() {
      run();
      return graph.network().gradient().gradient().dup().divi(features.size(0));
    }

    double difference(int index) {
      INDArray parameters = graph.network().params();
      double value = parameters.getDouble(index);
      parameters.putScalar(index, value + EPSILON);
      double above = run();
      parameters.putScalar(index, value - EPSILON);
      double below = run();
      parameters.putScalar(index, value);
      return (above - below) / (2 * EPSILON);
    }

    private double run() {
      distiller.teacher().record(java.util.Map.of("head.fc", teacherLogits));
      graph.network().setInputs(features);
      graph.network().setLabels(graph.labels(Fixtures.labels(features, 5)));
      graph.network().computeGradientAndScore();
      return listener.losses().values().stream().mapToDouble(Double::doubleValue).sum();
    }
  }
}
