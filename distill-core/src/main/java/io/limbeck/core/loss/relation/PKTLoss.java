package io.limbeck.core.loss.relation;

import io.limbeck.core.loss.Loss;
import io.limbeck.core.loss.LossAndGradient;
import io.limbeck.core.loss.LossArgument;
import io.limbeck.core.loss.LossInputs;
import io.limbeck.core.loss.Shapes;
import io.limbeck.core.math.Rows;
import io.limbeck.core.math.UnitRows;
import io.limbeck.core.schema.Key;
import java.util.List;
import java.util.Optional;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.ops.transforms.Transforms;

/**
 * Probabilistic knowledge transfer: the probability with which an example would pick each other one
 * as its neighbour should be the teacher's.
 *
 * <pre>
 *   k_ij = (cos(x_i, x_j) + 1) / 2,   p_ij = k_ij / sum_j k_ij        eps = 1e-7
 *   L    = loss_weight * mean_ij p_T log( (p_T + eps) / (p_S + eps) )
 * </pre>
 *
 * <p>Arguments are arrays {@code [batch, …]}; features may differ in size. Both receive a gradient.
 * Pairs are of the worker's own mini-batch.
 *
 * <p>Source: N. Passalis, A. Tefas, "Learning Deep Representations with Probabilistic Knowledge
 * Transfer", ECCV 2018, arXiv:1803.10837, equations 4 to 9 with the cosine kernel and the authors'
 * code.
 *
 * @param lossWeight the factor of the loss in the total
 */
public record PKTLoss(
    @Key(value = "Factor of this loss in the total", def = "1.0") double lossWeight)
    implements Loss {
  private static final String STUDENT = "preds_S";
  private static final String TEACHER = "preds_T";
  private static final double EPSILON = 1e-7;

  @Override
  public List<LossArgument> arguments() {
    return List.of(LossArgument.student(STUDENT), LossArgument.teacher(TEACHER, true));
  }

  @Override
  public Optional<String> shapeProblem(Shapes shapes) {
    return Optional.empty();
  }

  @Override
  public LossAndGradient lossAndGradient(LossInputs inputs) {
    Neighbours student = Neighbours.of(inputs.array(STUDENT));
    Neighbours teacher = Neighbours.of(inputs.array(TEACHER));
    INDArray p = teacher.probabilities;
    INDArray q = student.probabilities;
    INDArray log = Transforms.log(p.add(EPSILON).divi(q.add(EPSILON)), false);
    double factor = lossWeight / p.length();
    INDArray ofStudent = p.div(q.add(EPSILON)).muli(-factor);
    LossAndGradient result =
        LossAndGradient.of(factor * p.mul(log).sumNumber().doubleValue())
            .with(STUDENT, student.back(ofStudent));
    return inputs.wantsGradient(TEACHER)
        ? result.with(TEACHER, teacher.back(log.add(p.div(p.add(EPSILON))).muli(factor)))
        : result;
  }

  /** Of one network. */
  private record Neighbours(
      INDArray feature, UnitRows units, INDArray sums, INDArray probabilities) {
    static Neighbours of(INDArray feature) {
      UnitRows units = UnitRows.of(Rows.of(feature), EPSILON);
      INDArray kernel = units.rows().mmul(units.rows().transpose()).addi(1).divi(2);
      INDArray sums = kernel.sum(true, 1);
      return new Neighbours(feature, units, sums, kernel.divi(sums));
    }

    INDArray back(INDArray gradient) {
      INDArray mean = gradient.mul(probabilities).sum(true, 1);
      INDArray ofCosine = gradient.sub(mean).divi(sums).divi(2);
      INDArray symmetric = ofCosine.add(ofCosine.transpose());
      return Rows.back(units.back(symmetric.mmul(units.rows())), feature);
    }
  }
}
