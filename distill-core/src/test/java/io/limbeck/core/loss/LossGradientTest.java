package io.limbeck.core.loss;

import static io.limbeck.core.loss.logit.MultiTeacherKLDivergence.Weighting.CONFIDENCE;
import static io.limbeck.core.loss.logit.MultiTeacherKLDivergence.Weighting.FIXED;
import static io.limbeck.core.loss.logit.MultiTeacherKLDivergence.Weighting.LOWEST_CROSS_ENTROPY;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import io.limbeck.core.loss.datafree.ActivationLoss;
import io.limbeck.core.loss.datafree.DFNDLoss;
import io.limbeck.core.loss.datafree.InformationEntropyLoss;
import io.limbeck.core.loss.datafree.OnehotLikeLoss;
import io.limbeck.core.loss.feature.ABLoss;
import io.limbeck.core.loss.feature.ATLoss;
import io.limbeck.core.loss.feature.ChannelWiseDivergence;
import io.limbeck.core.loss.feature.FBKDLoss;
import io.limbeck.core.loss.feature.FTLoss;
import io.limbeck.core.loss.feature.HCLLoss;
import io.limbeck.core.loss.feature.L1Loss;
import io.limbeck.core.loss.feature.L2Loss;
import io.limbeck.core.loss.feature.MGDLoss;
import io.limbeck.core.loss.feature.OFDLoss;
import io.limbeck.core.loss.feature.PKDLoss;
import io.limbeck.core.loss.feature.VIDLoss;
import io.limbeck.core.loss.logit.CrossEntropyLoss;
import io.limbeck.core.loss.logit.DISTLoss;
import io.limbeck.core.loss.logit.DKDLoss;
import io.limbeck.core.loss.logit.KDSoftCELoss;
import io.limbeck.core.loss.logit.KLDivergence;
import io.limbeck.core.loss.logit.LabelCrossEntropyLoss;
import io.limbeck.core.loss.logit.MultiTeacherKLDivergence;
import io.limbeck.core.loss.logit.WSLD;
import io.limbeck.core.loss.relation.AngleWiseRKD;
import io.limbeck.core.loss.relation.DistanceWiseRKD;
import io.limbeck.core.loss.relation.PKTLoss;
import io.limbeck.core.loss.relation.SPLoss;
import io.limbeck.core.network.Side;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

/** What holds for every loss, at shapes common and odd. */
class LossGradientTest {
  private static final Reduction BATCH_MEAN = Reduction.BATCH_MEAN;

  private static final List<long[]> VECTORS =
      List.of(new long[] {1, 2}, new long[] {2, 3}, new long[] {5, 4}, new long[] {3, 10});
  private static final List<long[]> ONE_CLASS = List.of(new long[] {3, 1}, new long[] {1, 1});
  private static final List<long[]> SEQUENCES =
      List.of(new long[] {1, 2, 3}, new long[] {2, 1, 4}, new long[] {2, 3, 1});
  private static final List<long[]> MAPS =
      List.of(
          new long[] {1, 3, 2, 2},
          new long[] {2, 1, 3, 2},
          new long[] {2, 3, 2, 5},
          new long[] {3, 2, 1, 4},
          new long[] {2, 2, 1, 1});

  private static final List<Loss> LOGIT_LOSSES =
      List.of(
          new DKDLoss(1, 1, 1, BATCH_MEAN, 1, false, false),
          new DKDLoss(3, 0.5, 4, Reduction.MEAN, 0.7, true, false),
          new WSLD(2, 2.5, null),
          new MultiTeacherKLDivergence(2, 0.7, List.of("a", "b"), FIXED, List.of(0.9, 0.2)),
          new MultiTeacherKLDivergence(3, 2, List.of("a", "b", "c"), CONFIDENCE, null),
          new MultiTeacherKLDivergence(1, 1, List.of("a", "b"), LOWEST_CROSS_ENTROPY, null),
          new LabelCrossEntropyLoss(0.7),
          new OnehotLikeLoss(0.5),
          new InformationEntropyLoss(5),
          new DFNDLoss(2, BATCH_MEAN, 0.7, false, null, 0.9, 0.6));

  private static final List<Loss> ANY_RANK =
      List.of(
          new KLDivergence(1, BATCH_MEAN, 1, false, false),
          new KLDivergence(3.5, Reduction.SUM, 0.7, false, true),
          new KLDivergence(2, Reduction.NONE, 0.7, true, false),
          new KDSoftCELoss(1, Reduction.MEAN, true, 1),
          new KDSoftCELoss(4, Reduction.SUM, false, 0.3),
          new CrossEntropyLoss(0.5),
          new DISTLoss(1, 2, 1.5, 2, false),
          new L1Loss(1, Reduction.MEAN),
          new L1Loss(-2, Reduction.SUM),
          new L2Loss(1, false, 1, false, false),
          new L2Loss(10, true, 3, false, false),
          new L2Loss(2, false, 1, true, false),
          new L2Loss(2, true, 2, false, true),
          new ABLoss(0.25, 1),
          new ABLoss(1, 0),
          new FTLoss(2),
          new OFDLoss(0.5, 10),
          new MGDLoss(2e-2),
          new PKDLoss(6, true),
          new VIDLoss(2, 5, 1e-5),
          new DistanceWiseRKD(25, true),
          new DistanceWiseRKD(1, false),
          new AngleWiseRKD(50, true),
          new AngleWiseRKD(1, false),
          new SPLoss(30),
          new ActivationLoss(0.1, ActivationLoss.NormType.ABS),
          new ActivationLoss(0.1, ActivationLoss.NormType.NORM));

  private static final List<Loss> MAP_LOSSES =
      List.of(new ATLoss(250), new ChannelWiseDivergence(2, 5));

  static Stream<Arguments> cases() {
    List<Arguments> cases = new ArrayList<>();
    cross(cases, LOGIT_LOSSES, VECTORS);
    cross(cases, ANY_RANK, VECTORS);
    cross(cases, ANY_RANK, ONE_CLASS);
    // With one feature cosines are 1 or -1 and the kernel jumps between 1 and nothing.
    cross(cases, List.of(new PKTLoss(2)), VECTORS);
    cross(cases, List.of(new PKTLoss(2)), SEQUENCES);
    cross(cases, List.of(new PKTLoss(2)), MAPS);
    cross(cases, ANY_RANK, SEQUENCES);
    cross(cases, ANY_RANK, MAPS);
    cross(cases, MAP_LOSSES, SEQUENCES);
    cross(cases, MAP_LOSSES, MAPS);
    cross(cases, List.of(new HCLLoss(0.5), new FBKDLoss(0.7, 0.4, 0.3, 0.2, 2)), MAPS);
    return cases.stream();
  }

  private static void cross(
      List<Arguments> cases, List<? extends Loss> losses, List<long[]> shapes) {
    for (Loss loss : losses) {
      shapes.forEach(shape -> cases.add(Arguments.of(loss, shape)));
    }
  }

  /** Values for every argument and parameter, of the shape for one array. */
  private static Map<String, Object> values(Loss loss, long... shape) {
    Map<String, Object> values = new LinkedHashMap<>();
    int seed = 1;
    for (LossArgument argument : loss.arguments()) {
      if (argument.kind() == LossArgument.Kind.LABELS) {
        values.put(argument.name(), RandomArrays.labels(seed++, shape[0], shape[1]));
      } else if (loss instanceof FBKDLoss) {
        values.put(argument.name(), fbkd(argument.side(), seed++, shape));
      } else if (argument.required()) {
        values.put(argument.name(), RandomArrays.of(seed++, shape));
      }
    }
    List<Long> perExample = Arrays.stream(shape).skip(1).boxed().toList();
    Map<String, List<List<Long>>> shapes = new LinkedHashMap<>();
    loss.arguments().forEach(argument -> shapes.put(argument.name(), List.of(perExample)));
    for (LossParameter parameter : loss.parameters(new Shapes(shapes))) {
      long[] size = parameter.shape().stream().mapToLong(Long::longValue).toArray();
      values.put(parameter.name(), RandomArrays.of(seed++, size));
    }
    return values;
  }

  private static List<INDArray> fbkd(Side side, int seed, long... shape) {
    long[] spatial = {shape[0], 1, shape[2], shape[3]};
    long[] channel = {shape[0], shape[1], 1, 1};
    INDArray mask = org.nd4j.linalg.ops.transforms.Transforms.abs(RandomArrays.of(seed, spatial));
    INDArray features = RandomArrays.of(seed + 10, shape);
    INDArray relation = RandomArrays.of(seed + 20, shape);
    INDArray positions = RandomArrays.of(seed + 30, spatial);
    return side == Side.STUDENT
        ? List.of(mask, mask, RandomArrays.of(seed + 40, channel), positions, relation, features)
        : List.of(mask, mask, positions, relation, features);
  }

  @ParameterizedTest(name = "{0} {1}")
  @MethodSource("cases")
  void gradient_matchesDifferences(Loss loss, long[] shape) {
    // Its focus takes no gradient, so differences of its value tell something else; the goldens
    // tell.
    assumeFalse(loss instanceof WSLD);
    GradientCheck.check(loss, values(loss, shape));
  }

  /** A zero row has no direction, a constant one no correlation; neither may give a NaN. */
  @ParameterizedTest(name = "{0} {1}")
  @MethodSource("cases")
  void zeroRow_allZero_equal_stayFinite(Loss loss, long[] shape) {
    Map<String, Object> random = values(loss, shape);
    assertFinite(loss, random, RandomArrays.of(1, shape));
    INDArray firstRowZero = RandomArrays.of(1, shape);
    firstRowZero.get(NDArrayIndex.interval(0, 1)).assign(0);
    assertFinite(loss, random, firstRowZero);
    assertFinite(loss, random, Nd4j.zeros(DataType.DOUBLE, shape));
    assertFinite(loss, random, Nd4j.ones(DataType.DOUBLE, shape));
    assertFinite(loss, random, RandomArrays.of(1, shape).muli(1e4));
  }

  /** The same array for every argument but the labels and parameters. */
  private static void assertFinite(Loss loss, Map<String, Object> random, INDArray array) {
    Map<String, Object> values = new LinkedHashMap<>(random);
    loss.arguments().stream()
        .filter(argument -> values.get(argument.name()) instanceof INDArray)
        .filter(argument -> argument.kind() != LossArgument.Kind.LABELS)
        .forEach(argument -> values.put(argument.name(), array));
    LossAndGradient result = loss.lossAndGradient(LossInputs.of(values));
    assertThat(result.loss()).isFinite();
    result
        .gradients()
        .forEach(
            (argument, gradients) ->
                gradients.stream()
                    .filter(gradient -> gradient != null)
                    .forEach(
                        gradient ->
                            assertThat(gradient.sumNumber().doubleValue())
                                .as("%s of %s", argument, loss)
                                .isFinite()));
  }

  @ParameterizedTest(name = "{0} {1}")
  @MethodSource("cases")
  void arguments_staySame_andUnwantedGradientsMayBeLeftOut(Loss loss, long[] shape) {
    Map<String, Object> values = values(loss, shape);
    Map<String, Object> before = new LinkedHashMap<>();
    values.forEach((name, value) -> before.put(name, copy(value)));
    LossAndGradient result = loss.lossAndGradient(LossInputs.of(values));
    values.forEach((name, value) -> assertThat(same(value, before.get(name))).as(name).isTrue());

    String first = loss.arguments().get(0).name();
    Set<String> others = new java.util.HashSet<>(values.keySet());
    others.remove(first);
    LossAndGradient less = loss.lossAndGradient(LossInputs.of(values).withoutGradientOf(others));
    assertThat(less.loss()).isEqualTo(result.loss());
    assertThat(same(less.gradients().get(first), result.gradients().get(first))).isTrue();
  }

  private static Object copy(Object value) {
    return value instanceof List<?> list
        ? list.stream().map(LossGradientTest::copy).toList()
        : ((INDArray) value).dup();
  }

  private static boolean same(Object left, Object right) {
    if (left instanceof List<?> list) {
      for (int i = 0; i < list.size(); i++) {
        if (!same(list.get(i), ((List<?>) right).get(i))) {
          return false;
        }
      }
      return true;
    }
    return left == right
        || (((INDArray) left).equalShapes((INDArray) right)
            && ((INDArray) left).sub((INDArray) right).amaxNumber().doubleValue() == 0);
  }

  @ParameterizedTest(name = "{0} {1}")
  @MethodSource("cases")
  void floatAndDouble_agree(Loss loss, long[] shape) {
    Map<String, Object> exact = values(loss, shape);
    Map<String, Object> single = new LinkedHashMap<>();
    exact.forEach((name, value) -> single.put(name, single(value)));
    LossAndGradient inDouble = loss.lossAndGradient(LossInputs.of(exact));
    LossAndGradient inFloat = loss.lossAndGradient(LossInputs.of(single));
    assertThat(inFloat.loss())
        .isCloseTo(inDouble.loss(), within(1e-5 + 1e-4 * Math.abs(inDouble.loss())));
    inDouble
        .gradients()
        .forEach(
            (argument, gradients) -> {
              for (int i = 0; i < gradients.size(); i++) {
                if (gradients.get(i) != null) {
                  INDArray found = inFloat.gradients().get(argument).get(i);
                  assertThat(found.dataType()).isEqualTo(DataType.FLOAT);
                  // Some gradients are zero by cancellation, in float only nearly.
                  double scale = 0.1 + gradients.get(i).amaxNumber().doubleValue();
                  assertThat(
                          found
                              .castTo(DataType.DOUBLE)
                              .sub(gradients.get(i))
                              .amaxNumber()
                              .doubleValue())
                      .as("%s of %s", argument, loss)
                      .isLessThan(1e-3 * scale);
                }
              }
            });
  }

  private static Object single(Object value) {
    if (value instanceof List<?> list) {
      return list.stream().map(LossGradientTest::single).toList();
    }
    INDArray array = (INDArray) value;
    return array.dataType() == DataType.DOUBLE ? array.castTo(DataType.FLOAT) : array;
  }
}
