package io.limbeck.core.math;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.ops.transforms.Transforms;

class SoftmaxTest {

  static Stream<Arguments> arrays() {
    return Stream.of(
        Arguments.of("rows", random(DataType.DOUBLE, 7, 10), new int[] {1}),
        Arguments.of("rows of single precision", random(DataType.FLOAT, 7, 10), new int[] {1}),
        Arguments.of("maps over classes", random(DataType.DOUBLE, 3, 5, 4, 6), new int[] {1}),
        Arguments.of("maps over positions", random(DataType.DOUBLE, 3, 5, 4, 6), new int[] {2, 3}),
        Arguments.of(
            "more than are read at once", random(DataType.DOUBLE, 97, 1000), new int[] {1}),
        Arguments.of(
            "a slice larger than that", random(DataType.DOUBLE, 2, 3, 20_000), new int[] {1}),
        Arguments.of("columns", random(DataType.DOUBLE, 6, 5).dup('f'), new int[] {1}),
        Arguments.of(
            "a view", random(DataType.FLOAT, 6, 8).tensorAlongDimension(0, 1, 0), new int[] {1}),
        Arguments.of(
            "rows of a larger array", random(DataType.FLOAT, 4, 9, 5).slice(2), new int[] {1}),
        Arguments.of(
            "in double precision", random(DataType.DOUBLE, 4, 9, 5).slice(3), new int[] {1}),
        Arguments.of(
            "another's part", random(DataType.DOUBLE, 4, 9, 5).slice(2, 1), new int[] {1}));
  }

  private static INDArray random(DataType type, long... shape) {
    Random random = new Random(1);
    INDArray array = Nd4j.create(type, shape);
    for (long i = 0; i < array.length(); i++) {
      array.putScalar(i, 4 * random.nextGaussian());
    }
    return array;
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("arrays")
  void equals_theFormula(String name, INDArray logits, int... dimensions) {
    INDArray wide = logits.castTo(DataType.DOUBLE).div(1.7);
    INDArray exponential = Transforms.exp(wide, true);
    INDArray probabilities = exponential.div(exponential.sum(true, dimensions));

    INDArray ours = Softmax.of(logits, 1.7, dimensions);
    INDArray logs = Softmax.log(logits, 1.7, dimensions);

    assertThat(ours.dataType()).isEqualTo(logits.dataType());
    assertThat(ours.shape()).isEqualTo(logits.shape());
    double near = logits.dataType() == DataType.DOUBLE ? 1e-12 : 2e-6;
    assertThat(largest(ours.castTo(DataType.DOUBLE).sub(probabilities))).isLessThan(near);
    assertThat(largest(logs.castTo(DataType.DOUBLE).sub(Transforms.log(probabilities, true))))
        .isLessThan(near * 10);
  }

  private static double largest(INDArray difference) {
    return Transforms.abs(difference, true).maxNumber().doubleValue();
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("arrays")
  void divergence_isTheFormulasAndItsGradientsSumToZero(
      String name, INDArray student, int... dimensions) {
    INDArray teacher = student.mul(0.5).addi(Transforms.sin(student, true));
    INDArray ofStudent = Softmax.of(student.castTo(DataType.DOUBLE), 2, dimensions);
    INDArray ofTeacher = Softmax.of(teacher.castTo(DataType.DOUBLE), 2, dimensions);
    INDArray ratio = Transforms.log(ofTeacher, true).subi(Transforms.log(ofStudent, true));
    double expected = 3 * ofTeacher.mul(ratio).sumNumber().doubleValue();

    SoftDivergence divergence = SoftDivergence.of(student, teacher, 2, 3, true, dimensions);

    boolean exact = student.dataType() == DataType.DOUBLE;
    assertThat(divergence.value())
        .isCloseTo(expected, within(Math.abs(expected) * (exact ? 1e-10 : 1e-5)));
    INDArray gradient = ofStudent.sub(ofTeacher).muli(1.5);
    assertThat(largest(divergence.student().castTo(DataType.DOUBLE).sub(gradient)))
        .isLessThan(exact ? 1e-12 : 1e-6);
    INDArray back = Softmax.back(ofTeacher, ratio, dimensions).muli(1.5);
    assertThat(largest(divergence.teacher().castTo(DataType.DOUBLE).sub(back)))
        .isLessThan(exact ? 1e-12 : 1e-5);
  }

  @Test
  void logitsHundredsApart_stayFinite() {
    INDArray logits = Nd4j.createFromArray(new float[][] {{900, -900, 0}});

    assertThat(Softmax.log(logits, 1, 1).toFloatVector()).containsExactly(0, -1800, -900);
  }

  @Test
  void badNumbers_areNotHidden() {
    INDArray logits = Nd4j.createFromArray(new float[][] {{1, Float.NaN, 0}, {1, 2, 3}});

    SoftDivergence divergence = SoftDivergence.of(logits, logits.dup(), 1, 1, false, 1);

    assertThat(divergence.value()).isNaN();
    assertThat(divergence.student().getRow(0).toFloatVector()).containsOnly(Float.NaN);
    assertThat(divergence.student().getRow(1).toFloatVector()).containsOnly(0);
  }
}
