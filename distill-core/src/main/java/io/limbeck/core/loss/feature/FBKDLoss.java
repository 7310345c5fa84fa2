package io.limbeck.core.loss.feature;

import io.limbeck.core.loss.Loss;
import io.limbeck.core.loss.LossAndGradient;
import io.limbeck.core.loss.LossArgument;
import io.limbeck.core.loss.LossInputs;
import io.limbeck.core.loss.Shapes;
import io.limbeck.core.schema.Key;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.ops.transforms.Transforms;

/**
 * Feature-based distillation for detectors: attention-masked features, channel and spatial means,
 * and relations between positions, as {@code FBKDStudentConnector} and {@code FBKDTeacherConnector}
 * give them.
 *
 * <pre>
 *   s_input = (Ms_S, Mc_S, ch, sp, rel, feat)    t_input = (Ms_T, Mc_T, mean_c x, rel, x)
 *   M = (Ms_S + Ms_T) / 2, without gradient      |.| over the whole mini-batch
 *   L = loss_weight ( mask_l2_weight |sqrt(M) (x - feat)| + channel_weight |mean_hw x - ch|
 *                   + spatial_weight |mean_c x - sp|      + nonlocal_weight |rel_T - rel| )
 * </pre>
 *
 * <p>Features are {@code [batch, channels, height, width]}. The channel masks are part of the
 * tuples and, as in MMRazor's {@code FBKDLoss}, not used. Everything else but the masks receives a
 * gradient. A difference that is all zero takes none.
 *
 * <p>Source: L. Zhang, K. Ma, "Improve Object Detection with Feature-based Knowledge Distillation:
 * Towards Accurate and Efficient Detectors", ICLR 2021, equations 5 to 8.
 *
 * @param maskL2Weight weight of the masked features
 * @param channelWeight weight of the channel means
 * @param spatialWeight weight of the spatial means
 * @param nonlocalWeight weight of the relations
 * @param lossWeight the factor of the loss in the total
 */
public record FBKDLoss(
    @Key(value = "Weight of the masked difference of the features", def = "0.00007")
        double maskL2Weight,
    @Key(value = "Weight of the difference of the channels' means", def = "0.004")
        double channelWeight,
    @Key(value = "Weight of the difference of the positions' means", def = "0.004")
        double spatialWeight,
    @Key(
            value =
                "Weight of the difference of the relations; the reference's spelling nonloacl_weight is taken too",
            def = "0.00007",
            alias = "nonloacl_weight")
        double nonlocalWeight,
    @Key(value = "Factor of this loss in the total", def = "1.0") double lossWeight)
    implements Loss {
  private static final String STUDENT = "s_input";
  private static final String TEACHER = "t_input";

  @Override
  public List<LossArgument> arguments() {
    return List.of(
        LossArgument.student(STUDENT).several(), LossArgument.teacher(TEACHER, true).several());
  }

  @Override
  public Optional<String> shapeProblem(Shapes shapes) {
    List<List<Long>> student = shapes.all().getOrDefault(STUDENT, List.of());
    List<List<Long>> teacher = shapes.all().getOrDefault(TEACHER, List.of());
    if (student.isEmpty() || teacher.isEmpty()) {
      return Optional.empty();
    }
    if (student.size() != 6 || teacher.size() != 5) {
      return Optional.of(
          ("%s has %d arrays and %s %d, but the loss needs the 6 of an FBKDStudentConnector and the 5 of an"
                  + " FBKDTeacherConnector, without connector_idx")
              .formatted(STUDENT, student.size(), TEACHER, teacher.size()));
    }
    if (!student.get(5).equals(teacher.get(4))) {
      return Optional.of(
          "%s has features of shape %s but %s of shape %s"
              .formatted(STUDENT, student.get(5), TEACHER, teacher.get(4)));
    }
    return Optional.empty();
  }

  @Override
  public LossAndGradient lossAndGradient(LossInputs inputs) {
    List<INDArray> s = inputs.arrays(STUDENT);
    List<INDArray> t = inputs.arrays(TEACHER);
    INDArray x = t.get(4);
    INDArray rootOfMask = Transforms.sqrt(s.get(0).add(t.get(0)).divi(2), false);
    Distance feature = Distance.of(s.get(5), x, rootOfMask);
    INDArray channelMeans = x.mean(true, 2, 3);
    Distance channel = Distance.of(s.get(2).reshape(channelMeans.shape()), channelMeans, null);
    Distance spatial = Distance.of(s.get(3), t.get(2), null);
    Distance relation = Distance.of(s.get(4), t.get(3), null);

    double loss =
        maskL2Weight * feature.length
            + channelWeight * channel.length
            + spatialWeight * spatial.length
            + nonlocalWeight * relation.length;
    INDArray ofFeature = feature.gradient(lossWeight * maskL2Weight);
    INDArray ofChannel = channel.gradient(lossWeight * channelWeight);
    INDArray ofSpatial = spatial.gradient(lossWeight * spatialWeight);
    INDArray ofRelation = relation.gradient(lossWeight * nonlocalWeight);
    LossAndGradient result =
        LossAndGradient.of(lossWeight * loss)
            .with(
                STUDENT,
                Arrays.asList(
                    null,
                    null,
                    ofChannel.reshape(s.get(2).shape()),
                    ofSpatial,
                    ofRelation,
                    ofFeature));
    if (!inputs.wantsGradient(TEACHER)) {
      return result;
    }
    double positions = (double) x.size(2) * x.size(3);
    INDArray ofX = ofFeature.neg().subi(ofChannel.div(positions));
    return result.with(TEACHER, Arrays.asList(null, null, ofSpatial.neg(), ofRelation.neg(), ofX));
  }

  /**
   * A Euclidean distance.
   *
   * @param difference student less teacher, times the root of a mask
   * @param rootOfMask null for none
   * @param length of the difference
   */
  private record Distance(INDArray difference, INDArray rootOfMask, double length) {
    static Distance of(INDArray student, INDArray teacher, INDArray rootOfMask) {
      INDArray difference = student.sub(teacher);
      if (rootOfMask != null) {
        difference.muli(rootOfMask);
      }
      return new Distance(
          difference, rootOfMask, Math.sqrt(difference.mul(difference).sumNumber().doubleValue()));
    }

    /** With respect to the student. */
    INDArray gradient(double factor) {
      INDArray gradient = difference.mul(length == 0 ? 0 : factor / length);
      return rootOfMask == null ? gradient : gradient.muli(rootOfMask);
    }
  }
}
