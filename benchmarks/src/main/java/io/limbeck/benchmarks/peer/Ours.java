package io.limbeck.benchmarks.peer;

import io.limbeck.core.config.ScheduleConfig;
import io.limbeck.core.network.DataSamples;
import io.limbeck.dl4j.graph.DistillationStep;
import io.limbeck.dl4j.graph.Networks;
import io.limbeck.dl4j.graph.TeacherGraph;
import io.limbeck.dl4j.graph.TrainingGraph;
import io.limbeck.dl4j.graph.TrainingOptions;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Limbeck's side: what a worker does with a mini-batch. */
final class Ours {
  private static final String LOGITS = "head.fc";

  private final Case which;
  private final INDArray features;
  private final INDArray labels;
  private final Runnable work;

  /**
   * Makes a case ready.
   *
   * @param which the case
   */
  Ours(Case which) {
    this.which = which;
    this.features = features(which.batch());
    this.labels = labels(which.batch());
    this.work = work();
  }

  /** Numbers that learn, or would: both sides must have the same. */
  long parameters() {
    boolean ofTeacher = which.work() == Work.TEACHER_FORWARD;
    return learnt(Networks.fresh(Zoo.network(ofTeacher ? which.teacher() : which.student())));
  }

  /** The work once, in milliseconds. */
  double milliseconds() {
    long start = System.nanoTime();
    work.run();
    return (System.nanoTime() - start) / 1e6;
  }

  private static long learnt(ComputationGraph network) {
    return network.paramTable().entrySet().stream()
        .filter(each -> !each.getKey().matches(".*_(mean|var|log10stdev)"))
        .mapToLong(each -> each.getValue().length())
        .sum();
  }

  private Runnable work() {
    return switch (which.work()) {
      case TEACHER_FORWARD -> {
        TeacherGraph teacher = Distilling.teacher(which.teacher(), List.of(LOGITS));
        yield () -> teacher.forward(features);
      }
      case EVALUATION -> {
        TeacherGraph student = Distilling.teacher(which.student(), List.of(LOGITS));
        INDArray expected = labels.argMax(1);
        yield () -> evaluate(student, expected);
      }
      case STUDENT_STEP -> {
        DistillationStep step =
            DistillationStep.supervised(
                TrainingGraph.supervised(Zoo.network(which.student()), options()));
        yield () -> step.run(batch(null));
      }
      case KD_STEP -> {
        DistillationStep step = distilling("kd.json").step();
        yield () -> step.run(batch(null));
      }
      case CACHED_STEP -> {
        Distilling distilling = distilling("kd.json");
        Map<String, INDArray> known =
            Map.of(LOGITS, distilling.teacher().forward(features).get(LOGITS).dup());
        yield () -> distilling.step().run(batch(known));
      }
      case FITNETS_STEP -> {
        DistillationStep step = distilling("fitnets.json").step();
        yield () -> step.run(batch(null));
      }
      case OFD_STEP -> {
        DistillationStep step = distilling("ofd.json").step();
        yield () -> step.run(batch(null));
      }
    };
  }

  private void evaluate(TeacherGraph student, INDArray expected) {
    INDArray right = student.forward(features).get(LOGITS).argMax(1).eq(expected);
    double share = right.castTo(DataType.FLOAT).meanNumber().doubleValue();
    if (!(share <= 1)) {
      throw new IllegalStateException("An accuracy of " + share);
    }
  }

  private Distilling distilling(String config) {
    return Distilling.of(config, which.student(), which.teacher(), options());
  }

  private DistillationStep.Batch batch(Map<String, INDArray> known) {
    DataSamples samples = new DataSamples(labels, null, null);
    return new DistillationStep.Batch(features, labels, samples, which.batch(), known, 0);
  }

  private static TrainingOptions options() {
    ScheduleConfig schedule =
        new ScheduleConfig(
            1, 64, new ScheduleConfig.Nesterovs(0.05, 0.9), 0, new ScheduleConfig.Constant(0));
    return new TrainingOptions(schedule, 1, 1);
  }

  private static INDArray features(int batch) {
    Random random = new Random(1);
    float[] values = new float[batch * Zoo.CHANNELS * Zoo.EDGE * Zoo.EDGE];
    for (int i = 0; i < values.length; i++) {
      values[i] = random.nextFloat();
    }
    return Nd4j.createFromArray(values).reshape('c', batch, Zoo.CHANNELS, Zoo.EDGE, Zoo.EDGE);
  }

  private static INDArray labels(int batch) {
    float[] values = new float[batch * Zoo.CLASSES];
    for (int i = 0; i < batch; i++) {
      values[i * Zoo.CLASSES + i % Zoo.CLASSES] = 1;
    }
    return Nd4j.createFromArray(values).reshape('c', batch, Zoo.CLASSES);
  }
}
