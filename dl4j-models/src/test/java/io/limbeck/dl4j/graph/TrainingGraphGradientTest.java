package io.limbeck.dl4j.graph;

import static org.assertj.core.api.Assertions.assertThat;

import io.limbeck.core.config.ArchitectureConfig.CifarResNet;
import io.limbeck.core.config.ArchitectureConfig.SmallCnn;
import io.limbeck.dl4j.zoo.Architectures;
import java.util.List;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** The gradient of the whole step, through BatchNorm, forks, the task loss and the head. */
class TrainingGraphGradientTest {
  private static final InputType INPUT = InputType.convolutional(8, 8, 3);

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
    DistillationStep step =
        Fixtures.step(
            Fixtures.kdOnLogits(3, 0.9),
            student,
            teacher,
            INPUT,
            new TrainingOptions(Fixtures.sgd(0), 1, taskLossWeight));
    INDArray features = Fixtures.random(1, 6, 3, 8, 8);
    assertThat(new StepGradients(step, features, Fixtures.labels(features, 5)).check(2))
        .hasSizeGreaterThan(5);
  }
}
