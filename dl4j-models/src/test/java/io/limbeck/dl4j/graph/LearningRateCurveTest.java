package io.limbeck.dl4j.graph;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.limbeck.core.config.ScheduleConfig.Constant;
import io.limbeck.core.config.ScheduleConfig.Cosine;
import io.limbeck.core.config.ScheduleConfig.MultiStep;
import java.util.List;
import org.junit.jupiter.api.Test;

class LearningRateCurveTest {
  @Test
  void cosine_fallsFromBaseToMinimum() {
    LearningRateCurve curve = new LearningRateCurve(0.4, new Cosine(0, 0.1), 10, 4);
    assertThat(curve.at(0)).isEqualTo(0.4);
    assertThat(curve.at(20)).isCloseTo(0.4 * 0.55, within(1e-12));
    assertThat(curve.at(40)).isCloseTo(0.04, within(1e-12));
    assertThat(curve.at(400)).isCloseTo(0.04, within(1e-12));
  }

  @Test
  void multiStep_multipliesAtMilestones() {
    LearningRateCurve curve =
        new LearningRateCurve(1, new MultiStep(0, List.of(1.0, 2.5), 0.1), 10, 4);
    assertThat(curve.at(9)).isEqualTo(1);
    assertThat(curve.at(10)).isCloseTo(0.1, within(1e-12));
    assertThat(curve.at(24)).isCloseTo(0.1, within(1e-12));
    assertThat(curve.at(25)).isCloseTo(0.01, within(1e-12));
  }

  @Test
  void warmup_risesLinearly() {
    LearningRateCurve curve = new LearningRateCurve(1, new Constant(0.4), 10, 4);
    assertThat(List.of(curve.at(0), curve.at(1), curve.at(2), curve.at(3), curve.at(4)))
        .containsExactly(0.2, 0.4, 0.6, 0.8, 1.0);
  }
}
