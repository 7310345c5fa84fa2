package io.limbeck.core.loss.relation;

import io.limbeck.core.loss.Loss;
import io.limbeck.core.loss.LossAndGradient;
import io.limbeck.core.loss.LossArgument;
import io.limbeck.core.loss.LossInputs;
import io.limbeck.core.loss.LossState;
import io.limbeck.core.loss.Shapes;
import io.limbeck.core.math.UnitRows;
import io.limbeck.core.network.DataSamples;
import io.limbeck.core.network.Side;
import io.limbeck.core.schema.Key;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Contrastive representation distillation: the student's embedding of an example should be near the
 * teacher's of the same example and far from those of others, and the reverse. The others' are
 * remembered from earlier steps in two memory banks.
 *
 * <pre>
 *   v_S, v_T  banks, one row an example         m negatives, P_n = 1 / sample_n
 *   P_k       = exp( v[idx_k] . feats / temperature ) / Z
 *   nce       = -1/batch sum_n [ log( P_0 / (P_0 + m P_n + eps) )
 *                              + sum_k log( m P_n / (P_k + m P_n + eps) ) ]
 *   L         = loss_weight ( nce(v_T, s_feats, Z_S) + nce(v_S, t_feats, Z_T) )
 * </pre>
 *
 * <p>Arguments are embeddings {@code [batch, dim_out]} of length one, as {@code CRDConnector} gives
 * them, and the data samples with the examples' numbers. Negatives are those that the samples
 * bring, of other classes, or else {@code neg_num} of all examples with equal chance. {@code Z} is
 * set once, by the first mini-batch, to the mean score times {@code sample_n}. After the step an
 * example's rows become {@code momentum} of the old plus {@code 1 - momentum} of the new, scaled to
 * length one.
 *
 * <p>Source: Y. Tian, D. Krishnan, P. Isola, "Contrastive Representation Distillation", ICLR 2020,
 * arXiv:1910.10699, equations 10 and 17 to 19; MMRazor's {@code CRDLoss}, which never applies its
 * {@code loss_weight}.
 *
 * @param lossWeight the factor of the loss in the total
 * @param temperature of the scores
 * @param negNum negatives of an example, where the data bring none
 * @param sampleN rows of the banks: at least the training examples
 * @param dimOut size of an embedding
 * @param momentum share of an old row that is kept
 * @param eps guards the logarithms
 */
public record CRDLoss(
    @Key(value = "Factor of this loss in the total", def = "1.0") double lossWeight,
    @Key(value = "Temperature of the scores", def = "0.07", above = 0) double temperature,
    @Key(value = "Negatives of an example, where the data bring none", def = "16384", min = 1)
        int negNum,
    @Key(
            value = "Rows of the memory banks: at least as many as there are training examples",
            def = "50000",
            min = 2)
        int sampleN,
    @Key(value = "Size of an embedding", def = "128", min = 1) int dimOut,
    @Key(value = "Share of an old row of the banks that is kept", def = "0.5", min = 0, max = 1)
        double momentum,
    @Key(value = "Guards the logarithms", def = "0.0000001", above = 0) double eps)
    implements Loss {
  /** The bank of student embeddings in the state. */
  public static final String STUDENT_BANK = "memory_student";

  /** The bank of teacher embeddings in the state. */
  public static final String TEACHER_BANK = "memory_teacher";

  /** The two constants in the state, the student's and the teacher's; negative while not set. */
  public static final String CONSTANTS = "z";

  private static final String STUDENT = "s_feats";
  private static final String TEACHER = "t_feats";
  private static final String SAMPLES = "data_samples";

  @Override
  public List<LossArgument> arguments() {
    return List.of(
        LossArgument.student(STUDENT),
        LossArgument.teacher(TEACHER, true),
        new LossArgument(SAMPLES, Side.STUDENT, LossArgument.Kind.SAMPLES, false, true));
  }

  @Override
  public Optional<LossState> initialState(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    Map<String, INDArray> arrays = new LinkedHashMap<>();
    arrays.put(STUDENT_BANK, bank(random));
    arrays.put(TEACHER_BANK, bank(random));
    arrays.put(CONSTANTS, Nd4j.createFromArray(new float[][] {{-1}, {-1}}));
    return Optional.of(new LossState(arrays));
  }

  /** Uniform between plus and minus {@code 1 / sqrt(dim / 3)}. */
  private INDArray bank(SplittableRandom random) {
    double bound = 1 / Math.sqrt(dimOut / 3.0);
    float[] values = new float[Math.multiplyExact(sampleN, dimOut)];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) (bound * (2 * random.nextDouble() - 1));
    }
    return Nd4j.createFromArray(values).reshape(sampleN, dimOut);
  }

  @Override
  public Optional<String> examplesProblem(long examples) {
    return examples <= sampleN
        ? Optional.empty()
        : Optional.of(
            "'sample_n' is %d but there are %d training examples: it must be at least their number"
                .formatted(sampleN, examples));
  }

  @Override
  public Optional<String> shapeProblem(Shapes shapes) {
    return embeddingProblem(shapes, STUDENT).or(() -> embeddingProblem(shapes, TEACHER));
  }

  private Optional<String> embeddingProblem(Shapes shapes, String argument) {
    return shapes
        .of(argument)
        .filter(shape -> !shape.equals(List.of((long) dimOut)))
        .map(
            shape ->
                "%s has shape %s but dim_out is %d: put a CRDConnector with that dim_out before it"
                    .formatted(argument, shape, dimOut));
  }

  @Override
  public LossAndGradient lossAndGradient(LossInputs inputs) {
    INDArray student = inputs.array(STUDENT);
    INDArray teacher = inputs.array(TEACHER);
    Map<String, INDArray> state = inputs.state().arrays();
    int[] own = own(inputs.samples(SAMPLES), student.size(0));
    int[][] compared = compared(inputs.samples(SAMPLES), own, inputs.seed());
    INDArray constants = state.get(CONSTANTS);
    NoiseContrast toTeacher =
        NoiseContrast.of(this, student, state.get(TEACHER_BANK), compared, constants.getDouble(0));
    NoiseContrast toStudent =
        NoiseContrast.of(this, teacher, state.get(STUDENT_BANK), compared, constants.getDouble(1));

    LossState.Change change =
        LossState.Change.none()
            .with(STUDENT_BANK, own, moved(state.get(STUDENT_BANK), own, student))
            .with(TEACHER_BANK, own, moved(state.get(TEACHER_BANK), own, teacher));
    if (constants.getDouble(0) < 0) {
      INDArray both =
          Nd4j.createFromArray(new double[][] {{toTeacher.constant()}, {toStudent.constant()}});
      change = change.with(CONSTANTS, new int[] {0, 1}, both.castTo(constants.dataType()));
    }
    LossAndGradient result =
        LossAndGradient.of(lossWeight * (toTeacher.loss() + toStudent.loss()))
            .with(STUDENT, toTeacher.gradient().muli(lossWeight))
            .remembering(change);
    return inputs.wantsGradient(TEACHER)
        ? result.with(TEACHER, toStudent.gradient().muli(lossWeight))
        : result;
  }

  private int[] own(DataSamples samples, long batch) {
    int[] numbers = samples.sampleIdx();
    if (numbers == null || numbers.length != batch) {
      throw new IllegalArgumentException(
          "CRDLoss needs the numbers of the examples, which these data do not have");
    }
    for (int number : numbers) {
      if (number < 0 || number >= sampleN) {
        throw new IllegalArgumentException(
            "CRDLoss has sample_n %d but met example number %d: sample_n must be at least the number of training examples"
                .formatted(sampleN, number));
      }
    }
    return numbers;
  }

  private int[][] compared(DataSamples samples, int[] own, long seed) {
    if (samples.contrastSampleIdx() != null) {
      return samples.contrastSampleIdx();
    }
    SplittableRandom random = new SplittableRandom(seed);
    int[][] compared = new int[own.length][negNum + 1];
    for (int i = 0; i < own.length; i++) {
      compared[i][0] = own[i];
      for (int k = 1; k <= negNum; k++) {
        compared[i][k] = random.nextInt(sampleN);
      }
    }
    return compared;
  }

  private INDArray moved(INDArray bank, int[] rows, INDArray features) {
    INDArray old = Nd4j.pullRows(bank, 1, rows);
    INDArray mixed = old.muli(momentum).addi(features.mul(1 - momentum));
    return UnitRows.of(mixed).rows();
  }
}
