package io.limbeck.dl4j.graph;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.limbeck.core.config.ScheduleConfig.Constant;
import io.limbeck.core.config.ScheduleConfig.Cosine;
import io.limbeck.core.config.ScheduleConfig.MultiStep;
import io.limbeck.core.config.ScheduleConfig.Poly;
import io.limbeck.core.config.ScheduleConfig.Step;
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

  @Test
  void step_multipliesAgainAndAgain() {
    LearningRateCurve curve = new LearningRateCurve(1, new Step(0, 2, 0.5), 10, 10);
    assertThat(curve.at(19)).isEqualTo(1);
    assertThat(curve.at(20)).isEqualTo(0.5);
    assertThat(curve.at(45)).isEqualTo(0.25);
  }

  @Test
  void poly_fallsWithWhatIsLeft() {
    LearningRateCurve line = new LearningRateCurve(2, new Poly(0, 1, 0.1), 10, 4);
    assertThat(line.at(0)).isEqualTo(2);
    assertThat(line.at(20)).isCloseTo(2 * 0.55, within(1e-12));
    assertThat(line.at(40)).isCloseTo(0.2, within(1e-12));
    LearningRateCurve square = new LearningRateCurve(1, new Poly(0, 2, 0), 10, 4);
    assertThat(square.at(20)).isCloseTo(0.25, within(1e-12));
  }
}
