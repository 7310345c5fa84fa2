package io.limbeck.core.loss;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.limbeck.core.loss.feature.L2Loss;
import io.limbeck.core.loss.logit.KLDivergence;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Losses written forward only, against the same ones with gradients by hand. */
class SameDiffLossTest {
  private record Squared(double weight) implements SameDiffLoss {
    @Override
    public List<LossArgument> arguments() {
      return List.of(LossArgument.student("x"), LossArgument.teacher("y", true));
    }

    @Override
    public Optional<String> shapeProblem(Shapes shapes) {
      return shapes.same("x", "y");
    }

    @Override
    public SDVariable define(SameDiff graph, Map<String, SDVariable> arguments) {
      SDVariable difference = arguments.get("x").sub(arguments.get("y"));
      return difference.mul(difference).mean().mul(weight);
    }
  }

  private record Divergence(double tau) implements SameDiffLoss {
    @Override
    public List<LossArgument> arguments() {
      return List.of(LossArgument.student("x"), LossArgument.teacher("y", false));
    }

    @Override
    public Optional<String> shapeProblem(Shapes shapes) {
      return shapes.same("x", "y");
    }

    @Override
    public SDVariable define(SameDiff graph, Map<String, SDVariable> arguments) {
      SDVariable target = graph.nn().softmax(arguments.get("y").div(tau));
      SDVariable log = graph.nn().logSoftmax(arguments.get("x").div(tau));
      SDVariable elements = target.mul(graph.math().log(target).sub(log));
      return elements.sum(1).mean().mul(tau * tau);
    }
  }

  @Test
  void squared_equalsL2() {
    for (long[] shape : List.of(new long[] {3, 4}, new long[] {2, 3, 2, 2}, new long[] {5, 4})) {
      INDArray x = RandomArrays.of(1, shape);
      INDArray y = RandomArrays.of(2, shape);
      LossAndGradient found = new Squared(3).lossAndGradient(LossInputs.of(Map.of("x", x, "y", y)));
      LossAndGradient expected =
          new L2Loss(3, false, 1, true, false)
              .lossAndGradient(LossInputs.of(Map.of("s_feature", x, "t_feature", y)));
      assertThat(found.loss()).isCloseTo(expected.loss(), within(1e-12));
      assertThat(found.gradient("x").equalsWithEps(expected.gradient("s_feature"), 1e-12)).isTrue();
      assertThat(found.gradient("y").equalsWithEps(expected.gradient("t_feature"), 1e-12)).isTrue();
    }
  }

  @Test
  void divergence_equalsKl_andAgain() {
    for (int seed = 1; seed < 4; seed++) {
      INDArray x = RandomArrays.of(seed, 4, 5);
      INDArray y = RandomArrays.of(seed + 10, 4, 5);
      LossAndGradient found =
          new Divergence(2).lossAndGradient(LossInputs.of(Map.of("x", x, "y", y)));
      LossAndGradient expected =
          new KLDivergence(2, Reduction.BATCH_MEAN, 1, true, false)
              .lossAndGradient(LossInputs.of(Map.of("preds_S", x, "preds_T", y)));
      assertThat(found.loss()).isCloseTo(expected.loss(), within(1e-10));
      assertThat(found.gradient("x").equalsWithEps(expected.gradient("preds_S"), 1e-10)).isTrue();
      assertThat(found.gradients()).containsOnlyKeys("x");
    }
  }
}
