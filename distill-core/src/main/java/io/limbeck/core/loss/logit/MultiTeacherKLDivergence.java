package io.limbeck.core.loss.logit;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.limbeck.core.error.UserException;
import io.limbeck.core.loss.Loss;
import io.limbeck.core.loss.LossAndGradient;
import io.limbeck.core.loss.LossArgument;
import io.limbeck.core.loss.LossInputs;
import io.limbeck.core.loss.Shapes;
import io.limbeck.core.math.OneHot;
import io.limbeck.core.math.Softmax;
import io.limbeck.core.schema.Key;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.ops.transforms.Transforms;

/**
 * The divergence of the student's softened class probabilities from those of several teachers, each
 * teacher with a weight, which may be another one for each example.
 *
 * <pre>
 *   p_X = softmax(preds_X / tau)
 *   L   = loss_weight * tau^2 * mean_n( sum_k w_kn * sum_c p_kn (log p_kn - log p_Sn) )
 *
 *   uniform               w_kn = 1 / K
 *   fixed                 w_kn = weights_k, taken as they are
 *   confidence            w_kn = (1 - exp(CE_kn) / sum_j exp(CE_jn)) / (K - 1)
 *   lowest_cross_entropy  w_kn = 1 for the teacher with the least CE_kn, else 0
 * </pre>
 *
 * <p>{@code CE_kn} is the cross-entropy of teacher k's logits, not softened, with the label of
 * example n: whoever is wrong about an example says little about it. All logits are {@code [batch,
 * classes]}. No gradient goes to the teachers. One teacher alone has the weight 1.
 *
 * <p>Source: H. Zhang, D. Chen, C. Wang, "Confidence-Aware Multi-Teacher Knowledge Distillation",
 * ICASSP 2022, arXiv:2201.00007, without its intermediate features, for which there are losses of
 * their own; the uniform mean is that of S. You et al., "Learning from Multiple Teacher Networks",
 * KDD 2017.
 *
 * @param tau the temperature
 * @param lossWeight the factor of the loss in the total
 * @param teachers names of the teachers, whose logits are the arguments {@code preds_NAME}
 * @param weighting how much each of them counts
 * @param weights of the teachers, in their order, where they are fixed
 */
public record MultiTeacherKLDivergence(
    @Key(value = "Temperature that softens all distributions", def = "1.0", above = 0) double tau,
    @Key(value = "Factor of this loss in the total", def = "1.0") double lossWeight,
    @Key(
            value = "Names of the teachers; the logits of NAME are the argument preds_NAME",
            minItems = 1)
        List<String> teachers,
    @Key(
            value =
                "How much each teacher counts: all the same, as weights say, by its cross-entropy with each example's"
                    + " label, or for each example the one with the lowest",
            def = "\"uniform\"")
        Weighting weighting,
    @Key(
            value = "Factors of the teachers, in their order; only where the weighting is fixed",
            optional = true)
        List<Double> weights)
    implements Loss {
  private static final String STUDENT = "preds_S";
  private static final String LABELS = "gt_labels";

  /** How much each teacher counts. */
  public enum Weighting {
    /** All the same. */
    @JsonProperty("uniform")
    UNIFORM,
    /** As the config says. */
    @JsonProperty("fixed")
    FIXED,
    /** The less, the worse it does on an example's label. */
    @JsonProperty("confidence")
    CONFIDENCE,
    /** For each example the one that does best on its label. */
    @JsonProperty("lowest_cross_entropy")
    LOWEST_CROSS_ENTROPY;

    /** Whether it looks at the labels. */
    boolean needsLabels() {
      return this == CONFIDENCE || this == LOWEST_CROSS_ENTROPY;
    }
  }

  /** Checks teachers and weights. */
  public MultiTeacherKLDivergence {
    teachers = List.copyOf(teachers);
    weights = weights == null ? null : List.copyOf(weights);
    if (new HashSet<>(teachers).size() < teachers.size() || teachers.contains("S")) {
      throw new UserException(
          "'teachers' of a MultiTeacherKLDivergence is %s, but names must differ from one another and from \"S\", the student's"
              .formatted(teachers));
    }
    if ((weighting == Weighting.FIXED) != (weights != null)) {
      throw new UserException(
          weights == null
              ? "'weights' of a MultiTeacherKLDivergence is missing: its weighting is fixed"
              : "'weights' of a MultiTeacherKLDivergence is given, but its weighting is not fixed");
    }
    if (weights != null && weights.size() != teachers.size()) {
      throw new UserException(
          "'weights' of a MultiTeacherKLDivergence is %s, but there are %d teachers, %s"
              .formatted(weights, teachers.size(), teachers));
    }
  }

  @Override
  public List<LossArgument> arguments() {
    List<LossArgument> arguments = new ArrayList<>();
    arguments.add(LossArgument.student(STUDENT));
    teachers.forEach(name -> arguments.add(LossArgument.teacher(argument(name), false)));
    if (weighting.needsLabels()) {
      arguments.add(LossArgument.labels(LABELS));
    }
    return arguments;
  }

  private static String argument(String teacher) {
    return "preds_" + teacher;
  }

  @Override
  public Optional<String> shapeProblem(Shapes shapes) {
    return teachers.stream()
        .map(name -> shapes.same(STUDENT, argument(name)))
        .flatMap(Optional::stream)
        .findFirst()
        .or(() -> shapes.vector(STUDENT));
  }

  @Override
  public LossAndGradient lossAndGradient(LossInputs inputs) {
    INDArray student = inputs.array(STUDENT);
    INDArray logStudent = Softmax.log(student, tau, 1);
    List<INDArray> factors = factors(inputs, student);
    INDArray value = student.like();
    INDArray gradient = student.like();
    for (int k = 0; k < teachers.size(); k++) {
      INDArray logTeacher = Softmax.log(inputs.array(argument(teachers.get(k))), tau, 1);
      INDArray weighted = Transforms.exp(logTeacher, true).muli(factors.get(k));
      gradient.addi(Transforms.exp(logStudent, true).muli(factors.get(k))).subi(weighted);
      value.addi(weighted.muli(logTeacher.subi(logStudent)));
    }
    double scale = lossWeight * tau * tau / student.size(0);
    return LossAndGradient.of(scale * value.sumNumber().doubleValue())
        .with(STUDENT, gradient.muli(scale / tau));
  }

  /** {@code [batch, 1]} for each teacher. */
  private List<INDArray> factors(LossInputs inputs, INDArray student) {
    int count = teachers.size();
    if (weighting == Weighting.FIXED) {
      return weights.stream().map(weight -> constant(student, weight)).toList();
    }
    if (weighting == Weighting.UNIFORM || count == 1) {
      return teachers.stream().map(name -> constant(student, 1.0 / count)).toList();
    }
    INDArray label = OneHot.of(inputs.labels(LABELS, student.size(1)), student);
    List<INDArray> losses =
        teachers.stream()
            .map(name -> new HardTarget(Softmax.log(inputs.array(argument(name)), 1, 1), label))
            .map(HardTarget::losses)
            .toList();
    INDArray together = Nd4j.concat(1, losses.toArray(INDArray[]::new));
    INDArray all =
        weighting == Weighting.CONFIDENCE
            ? Softmax.of(together, 1, 1).rsubi(1).divi(count - 1)
            : OneHot.of(together.neg().argMax(1), together);
    List<INDArray> factors = new ArrayList<>();
    for (int k = 0; k < count; k++) {
      factors.add(all.getColumn(k, true));
    }
    return factors;
  }

  private static INDArray constant(INDArray like, double value) {
    return Nd4j.valueArrayOf(new long[] {like.size(0), 1}, value, like.dataType());
  }
}
