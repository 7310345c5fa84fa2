package io.limbeck.spark.averaging;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.limbeck.core.config.AveragingConfig;
import io.limbeck.core.config.AveragingConfig.BadNumbers;
import io.limbeck.core.config.AveragingConfig.Deltas;
import io.limbeck.core.config.AveragingConfig.UpdaterState;
import io.limbeck.core.config.FrequencySchedule;
import io.limbeck.core.config.OuterOptimizer;
import io.limbeck.core.config.ScheduleConfig.Constant;
import io.limbeck.core.config.ScheduleConfig.Cosine;
import io.limbeck.core.config.ScheduleConfig.LrSchedule;
import io.limbeck.core.config.ScheduleConfig.MultiStep;
import io.limbeck.core.error.UserException;
import io.limbeck.dl4j.graph.LearningRateCurve;
import io.limbeck.spark.averaging.RoundPlan.Span;
import java.util.List;
import org.junit.jupiter.api.Test;

class RoundPlanTest {
  private static final int STEPS = 25;

  private static RoundPlan plan(int frequency, FrequencySchedule schedule, LrSchedule rate) {
    AveragingConfig averaging =
        new AveragingConfig(
            null,
            frequency,
            schedule,
            true,
            UpdaterState.AVERAGE,
            new OuterOptimizer.None(),
            Deltas.SINGLE,
            null,
            BadNumbers.STOP);
    LearningRateCurve curve = new LearningRateCurve(0.1, rate, STEPS, 4);
    return new RoundPlan(averaging, rate, curve::at, STEPS);
  }

  private static List<Integer> steps(RoundPlan plan, int epoch) {
    return plan.rounds(epoch, 0).stream().map(Span::steps).toList();
  }

  @Test
  void constant_endsARoundAtTheEpochsEnd() {
    RoundPlan plan = plan(10, new FrequencySchedule.Constant(), new Constant(0));
    assertThat(plan.rounds(3, 0))
        .containsExactly(new Span(0, 10), new Span(10, 10), new Span(20, 5));
  }

  @Test
  void postLocal_averagesEveryStep_untilTheRateFirstDecays() {
    RoundPlan plan =
        plan(10, new FrequencySchedule.PostLocal(null), new MultiStep(0, List.of(1.4, 2.0), 0.1));
    assertThat(steps(plan, 0)).hasSize(25).containsOnly(1);
    // Step 10 of epoch 1 is at 1.4.
    assertThat(plan.rounds(1, 0).subList(9, 12))
        .containsExactly(new Span(9, 1), new Span(10, 10), new Span(20, 5));
    assertThat(steps(plan, 2)).containsExactly(10, 10, 5);
    RoundPlan given = plan(10, new FrequencySchedule.PostLocal(1.0), new Constant(0));
    assertThat(steps(given, 0)).hasSize(25);
    assertThat(steps(given, 1)).containsExactly(10, 10, 5);
  }

  @Test
  void postLocal_withoutADecay_saysWhatIsMissing() {
    assertThatThrownBy(() -> new FrequencySchedule.PostLocal(null).fromEpoch(new Cosine(0, 0)))
        .isInstanceOf(UserException.class)
        .hasMessage(
            "'averaging.frequency_schedule.from_epoch' is missing: the learning rate's schedule (Cosine) has no first"
                + " decay to take it from; MultiStep and Step have");
  }

  /** Halving the rate makes rounds four times as long: 2, 8, then the epoch's 25. */
  @Test
  void qsr_growsWithTheInverseSquareOfTheRate() {
    LrSchedule halving = new MultiStep(0, List.of(1.0, 2.0), 0.5);
    RoundPlan plan = plan(2, new FrequencySchedule.Qsr(0.15, null), halving);
    assertThat(steps(plan, 0).get(0)).isEqualTo(2);
    assertThat(steps(plan, 1)).containsExactly(9, 9, 7);
    assertThat(steps(plan, 2)).containsExactly(25);
    RoundPlan bounded = plan(2, new FrequencySchedule.Qsr(0.15, 12), halving);
    assertThat(steps(bounded, 2)).containsExactly(12, 12, 1);
  }

  /** Else the small rates of a warm-up would make its rounds the longest. */
  @Test
  void qsr_duringWarmup_takesTheLengthAtItsEnd() {
    RoundPlan plan = plan(2, new FrequencySchedule.Qsr(0.3, null), new Constant(1));
    assertThat(steps(plan, 0)).containsExactly(9, 9, 7);
  }

  @Test
  void qsr_atRateZero_isBounded() {
    RoundPlan plan = plan(2, new FrequencySchedule.Qsr(0.3, null), new Cosine(0, 0));
    assertThat(steps(plan, 4)).containsExactly(25);
  }

  /** 0.19 s beside steps of 0.1 s: 5 % overhead takes 0.19 * 0.95 / (0.05 * 0.1) = 36.1 steps. */
  @Test
  void targetOverhead_isMeasured() {
    RoundPlan plan = plan(5, new FrequencySchedule.TargetOverhead(0.05, 100), new Constant(0));
    assertThat(steps(plan, 0)).containsExactly(5, 5, 5, 5, 5);
    assertThat(plan.measured(0.19, 0.1)).isEqualTo(37);
    assertThat(plan.measured(0.01, 1)).isEqualTo(5);
    assertThat(plan.measured(9, 0.01)).isEqualTo(100);
    assertThat(plan.rounds(1, 15)).containsExactly(new Span(0, 15), new Span(15, 10));
    RoundPlan other = plan(5, new FrequencySchedule.Constant(), new Constant(0));
    assertThat(other.measured(0.19, 0.1)).isZero();
  }
}
