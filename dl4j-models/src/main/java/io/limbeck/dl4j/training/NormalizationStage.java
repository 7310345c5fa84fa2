package io.limbeck.dl4j.training;

import io.limbeck.dl4j.onednn.OneDnn;
import org.bytedeco.dnnl.batch_normalization_backward;
import org.bytedeco.dnnl.batch_normalization_forward;
import org.bytedeco.dnnl.global.dnnl;
import org.bytedeco.dnnl.memory;
import org.bytedeco.dnnl.memory.format_tag;
import org.bytedeco.javacpp.FloatPointer;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.params.BatchNormalizationParamInitializer;

/**
 * A BatchNorm by the statistics of the mini-batch, and a ReLU. As DL4J does, it hands the running
 * statistics' changes to the updater as if they were gradients.
 */
final class NormalizationStage implements Stage {
  private static final String GAMMA = BatchNormalizationParamInitializer.GAMMA;
  private static final String MEAN = BatchNormalizationParamInitializer.GLOBAL_MEAN;
  private static final String LOG_DEVIATION = BatchNormalizationParamInitializer.GLOBAL_LOG_STD;
  private static final String VARIANCE = BatchNormalizationParamInitializer.GLOBAL_VAR;

  private final BatchNormalization conf;
  private final Parameters parameters;
  private final Tensor input;
  private final Tensor output;
  private final memory.desc maps;
  private final boolean relu;
  private final int channels;
  private final int flags;
  private final batch_normalization_forward.primitive_desc description;
  private final memory mean;
  private final memory variance;
  private final memory scaleShift;
  private final memory mask;

  /**
   * A BatchNorm.
   *
   * @param conf its configuration
   * @param parameters of the layer
   * @param input read
   * @param output written
   * @param maps the layout of both as maps, of one pixel where they are rows
   * @param relu whether negative values become zero
   */
  NormalizationStage(
      BatchNormalization conf,
      Parameters parameters,
      Tensor input,
      Tensor output,
      memory.desc maps,
      boolean relu) {
    this.conf = conf;
    this.parameters = parameters;
    this.input = input;
    this.output = output;
    this.maps = maps;
    this.relu = relu;
    this.channels = (int) input.shape()[1];
    this.flags =
        dnnl.normalization_flags.use_scale_shift.value
            | (relu ? dnnl.normalization_flags.fuse_norm_relu.value : 0);
    this.description =
        new batch_normalization_forward.primitive_desc(
            new batch_normalization_forward.desc(
                dnnl.prop_kind.forward_training.value, maps, (float) conf.getEps(), flags),
            OneDnn.cpu());
    memory.desc each = OneDnn.floats(format_tag.x, channels);
    this.mean = new memory(each, OneDnn.cpu());
    this.variance = new memory(each, OneDnn.cpu());
    this.scaleShift = parameters.pair(GAMMA, BatchNormalizationParamInitializer.BETA);
    this.mask = relu ? new memory(description.workspace_desc(), OneDnn.cpu()) : null;
  }

  @Override
  public void forward(Work work) {
    output.put(work.buffer(output.bytes()));
    work.call(
        new batch_normalization_forward(description),
        operands()
            .with(dnnl.DNNL_ARG_SRC, input.share().as(maps))
            .with(dnnl.DNNL_ARG_DST, output.share().as(maps)));
  }

  /** What both directions take. */
  private Operands operands() {
    Operands operands =
        new Operands()
            .with(dnnl.DNNL_ARG_MEAN, mean)
            .with(dnnl.DNNL_ARG_VARIANCE, variance)
            .with(dnnl.DNNL_ARG_SCALE_SHIFT, scaleShift);
    return relu ? operands.with(dnnl.DNNL_ARG_WORKSPACE, mask) : operands;
  }

  @Override
  public void backward(Work work) {
    Share gradient = output.takeGradient();
    Share contribution = gradient.isSole() ? gradient : work.contribution(input);
    batch_normalization_backward.primitive_desc backward =
        new batch_normalization_backward.primitive_desc(
            new batch_normalization_backward.desc(
                dnnl.prop_kind.backward.value, maps, maps, (float) conf.getEps(), flags),
            OneDnn.cpu(),
            description);
    work.call(
        new batch_normalization_backward(backward),
        operands()
            .with(dnnl.DNNL_ARG_SRC, input.share().as(maps))
            .with(dnnl.DNNL_ARG_DIFF_DST, gradient.as(maps))
            .with(dnnl.DNNL_ARG_DIFF_SRC, contribution.as(maps))
            .with(
                dnnl.DNNL_ARG_DIFF_SCALE_SHIFT,
                parameters.gradientPair(GAMMA, BatchNormalizationParamInitializer.BETA)));
    float share = (float) (1 - conf.getDecay());
    work.add(drift(MEAN, mean, (running, batch) -> share * (running - batch)));
    work.add(
        conf.isUseLogStd()
            ? drift(LOG_DEVIATION, variance, this::logarithmic)
            : drift(VARIANCE, variance, (running, batch) -> share * (running - batch)));
    if (contribution != gradient) {
      gradient.release();
    }
    work.contribute(input, contribution);
  }

  /** How a running statistic changes. */
  @FunctionalInterface
  private interface Change {
    /** Its decrease, from what it is and what the mini-batch's is. */
    float of(float running, float batch);
  }

  /**
   * DL4J keeps {@code log10 σ}: {@code (log10 σ²ₜ - log10 σ²ₜ₊₁) / 2}, where {@code σ²ₜ₊₁ = decay
   * σ²ₜ + (1 - decay) σ²} of the mini-batch.
   */
  private float logarithmic(float running, float batch) {
    double before = Math.pow(10, 2.0 * running);
    double after = conf.getDecay() * before + (1 - conf.getDecay()) * batch;
    return (float) (Math.log10(before / after) / 2);
  }

  private Runnable drift(String statistic, memory ofBatch, Change change) {
    FloatPointer running = parameters.value(statistic);
    FloatPointer decrease = parameters.gradient(statistic);
    FloatPointer batch = new FloatPointer(ofBatch.get_data_handle());
    float[] numbers = new float[channels];
    float[] seen = new float[channels];
    return () -> {
      running.get(numbers);
      batch.get(seen);
      for (int i = 0; i < channels; i++) {
        numbers[i] = change.of(numbers[i], seen[i]);
      }
      decrease.put(numbers);
    };
  }

  /** Whether the mini-batch's statistics are: where they are not, neither is what is normalised. */
  boolean isFinite() {
    float[] numbers = new float[channels];
    new FloatPointer(variance.get_data_handle()).get(numbers);
    for (float number : numbers) {
      if (!Float.isFinite(number)) {
        return false;
      }
    }
    return true;
  }
}
