package io.limbeck.core.loss.relation;

import io.limbeck.core.loss.Loss;
import io.limbeck.core.loss.LossAndGradient;
import io.limbeck.core.loss.LossArgument;
import io.limbeck.core.loss.LossInputs;
import io.limbeck.core.loss.Shapes;
import io.limbeck.core.math.Rows;
import io.limbeck.core.math.SmoothL1;
import io.limbeck.core.math.UnitRows;
import io.limbeck.core.schema.Key;
import java.util.List;
import java.util.Optional;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Relational distillation by angles: three examples should span the same angle in the student as in
 * the teacher.
 *
 * <pre>
 *   x    = feature of an example, flattened, scaled to length one if with_l2_norm
 *   e_ij = (x_j - x_i) / |x_j - x_i|,   psi_ijk = e_ij . e_ik,   zero where examples coincide
 *   L    = loss_weight * mean_ijk smoothL1(psi_S - psi_T)
 * </pre>
 *
 * <p>Arguments are arrays {@code [batch, …]}; features may differ in size. Both receive a gradient.
 * Triples are of the worker's own mini-batch. Time grows with the cube of the batch size, memory
 * with its square.
 *
 * <p>Beware: across architecture families it can do harm. ResNet-50 to MobileNetV2 on CIFAR-100,
 * student alone 64.60, plain KD 67.35: RKD 64.43 (README of Y. Tian's RepDistiller).
 *
 * <p>Source: W. Park, D. Kim, Y. Lu, M. Cho, "Relational Knowledge Distillation", CVPR 2019,
 * arXiv:1904.05068, equations 8 and 9; MMRazor's {@code AngleWiseRKD}.
 *
 * @param lossWeight the factor of the loss in the total
 * @param withL2Norm whether features are scaled to length one first
 */
public record AngleWiseRKD(
    @Key(value = "Factor of this loss in the total", def = "50.0") double lossWeight,
    @Key(value = "Whether features are scaled to length one first", def = "true")
        boolean withL2Norm)
    implements Loss {
  private static final String STUDENT = "preds_S";
  private static final String TEACHER = "preds_T";

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
    Points student = Points.of(inputs.array(STUDENT), withL2Norm);
    Points teacher = Points.of(inputs.array(TEACHER), withL2Norm);
    long batch = student.rows.size(0);
    double factor = lossWeight / (batch * batch * batch);
    boolean both = inputs.wantsGradient(TEACHER);
    double sum = 0;
    for (long i = 0; i < batch; i++) {
      UnitRows s = student.directionsFrom(i);
      UnitRows t = teacher.directionsFrom(i);
      INDArray difference = s.rows().mmul(s.rows().transpose()).subi(cosines(t));
      sum += SmoothL1.sum(difference);
      // Symmetric, hence twice.
      INDArray slope = SmoothL1.slope(difference).muli(2 * factor);
      student.add(i, s.back(slope.mmul(s.rows())));
      if (both) {
        teacher.add(i, t.back(slope.negi().mmul(t.rows())));
      }
    }
    LossAndGradient result =
        LossAndGradient.of(factor * sum).with(STUDENT, student.gradient(inputs.array(STUDENT)));
    return both ? result.with(TEACHER, teacher.gradient(inputs.array(TEACHER))) : result;
  }

  private static INDArray cosines(UnitRows directions) {
    return directions.rows().mmul(directions.rows().transpose());
  }

  /** One network's features as points, and the gradient that gathers on them. */
  private static final class Points {
    private final UnitRows units;
    private final INDArray rows;
    private final INDArray gradient;

    private Points(UnitRows units, INDArray rows) {
      this.units = units;
      this.rows = rows;
      this.gradient = rows.like();
    }

    static Points of(INDArray feature, boolean scaled) {
      INDArray rows = Rows.of(feature);
      UnitRows units = scaled ? UnitRows.of(rows) : null;
      return new Points(units, scaled ? units.rows() : rows);
    }

    UnitRows directionsFrom(long i) {
      return UnitRows.of(rows.sub(row(rows, i)));
    }

    void add(long from, INDArray ofDifferences) {
      gradient.addi(ofDifferences);
      row(gradient, from).subi(ofDifferences.sum(true, 0));
    }

    private static INDArray row(INDArray matrix, long i) {
      return matrix.getRow(i, true);
    }

    INDArray gradient(INDArray feature) {
      return Rows.back(units == null ? gradient : units.back(gradient), feature);
    }
  }
}
