package io.limbeck.spark.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import com.codahale.metrics.Gauge;
import com.codahale.metrics.MetricRegistry;
import io.limbeck.spark.monitor.DistillationEvent;
import io.limbeck.spark.monitor.Rounds;
import org.apache.spark.SparkConf;
import org.apache.spark.metrics.MetricsSystem;
import org.apache.spark.metrics.source.Source;
import org.junit.jupiter.api.Test;

class MetricsListenerTest {
  private final MetricsSystem system = MetricsSystem.createMetricsSystem("test", new SparkConf());

  private MetricRegistry registry() {
    return ((Source) system.getSourcesByName("distillation").head()).metricRegistry();
  }

  private double value(String name) {
    Gauge<?> gauge = registry().getGauges().get(name);
    assertThat(gauge).as(name + " of " + registry().getNames()).isNotNull();
    return (Double) gauge.getValue();
  }

  @Test
  void metrics_tellTheLatestRound_byTheNamesThatLossesHave() {
    MetricsListener listener = new MetricsListener(system);
    listener.onOtherEvent(Rounds.started(1));
    listener.onOtherEvent(new DistillationEvent.RoundDone(1, 1, Rounds.round(0, 64, 2)));
    listener.onOtherEvent(new DistillationEvent.RoundDone(1, 2, Rounds.round(499, 32, 1.5)));
    assertThat(value("loss.distill.loss_kl")).isEqualTo(1.5);
    assertThat(value("step")).isEqualTo(2500);
    assertThat(value("epoch")).isEqualTo(0.5);
    assertThat(value("progress")).isEqualTo(0.25);
    assertThat(value("examples_per_second")).isEqualTo(32);
    assertThat(value("executor.1.examples_per_second")).isEqualTo(32);
    assertThat(value("round_seconds.steps")).isEqualTo(0.6);
    assertThat(value("teacher.teacher.score")).isEqualTo(0.9);
    assertThat(registry().getNames()).doesNotContain("validation.score");
    listener.onOtherEvent(new DistillationEvent.EpochDone(1, 3, Rounds.epoch(1)));
    listener.onOtherEvent(new DistillationEvent.RoundDone(1, 4, Rounds.round(500, 32, 1.25)));
    assertThat(value("validation.score")).isEqualTo(0.75);
    assertThat(value("loss.distill.loss_kl")).isEqualTo(1.25);
  }

  /** An executor that is gone, and a loss of another config, are not told of for ever. */
  @Test
  void whatIsNotThereAnyMore_isForgotten() {
    MetricsListener listener = new MetricsListener(system);
    listener.onOtherEvent(Rounds.started(1));
    listener.onOtherEvent(new DistillationEvent.EpochDone(1, 1, Rounds.epoch(1)));
    listener.onOtherEvent(new DistillationEvent.RoundDone(1, 2, Rounds.round(0, 64, 2)));
    assertThat(registry().getNames()).contains("validation.score");
    listener.onOtherEvent(Rounds.started(2));
    listener.onOtherEvent(new DistillationEvent.RoundDone(2, 3, Rounds.round(0, 64, 2)));
    assertThat(registry().getNames()).doesNotContain("validation.score").contains("drift");
    assertThat(value("run")).isEqualTo(2);
  }
}
