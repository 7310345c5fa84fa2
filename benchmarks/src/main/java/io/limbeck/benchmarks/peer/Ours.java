package io.limbeck.benchmarks.peer;

import io.limbeck.core.config.ScheduleConfig;
import io.limbeck.core.distiller.Distiller;
import io.limbeck.core.distiller.DistillerConfig;
import io.limbeck.core.distiller.RecordReference;
import io.limbeck.core.loss.Reduction;
import io.limbeck.core.loss.logit.KLDivergence;
import io.limbeck.core.network.NetworkDescription;
import io.limbeck.core.network.Side;
import io.limbeck.core.recorder.ModuleOutputs;
import io.limbeck.dl4j.augment.BatchAugments;
import io.limbeck.dl4j.graph.ConnectorGraph;
import io.limbeck.dl4j.graph.Describer;
import io.limbeck.dl4j.graph.DistillationStep;
import io.limbeck.dl4j.graph.FrozenNetwork;
import io.limbeck.dl4j.graph.Networks;
import io.limbeck.dl4j.graph.StudentPlan;
import io.limbeck.dl4j.graph.TeacherGraph;
import io.limbeck.dl4j.graph.TrainingGraph;
import io.limbeck.dl4j.graph.TrainingOptions;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Limbeck's side: what a worker does with a mini-batch. */
final class Ours {
  private static final String LOGITS = "head.fc";
  private static final double TAU = 4;
  private static final double WEIGHT = 0.9;

  private final Runnable work;
  private final long parameters;

  /**
   * Makes a case ready.
   *
   * @param of the case
   */
  Ours(Case of) {
    INDArray features = features(of.batch());
    ComputationGraph named =
        Networks.fresh(
            Zoo.network(of.work() == Work.TEACHER_FORWARD ? of.teacher() : of.student()));
    this.parameters = learnt(named);
    if (of.work() == Work.TEACHER_FORWARD) {
      TeacherGraph teacher = teacher(of.teacher());
      this.work = () -> teacher.forward(features);
    } else {
      DistillationStep step =
          of.work() == Work.KD_STEP
              ? distilling(of, named)
              : DistillationStep.supervised(
                  TrainingGraph.supervised(Zoo.network(of.student()), options()));
      this.work = () -> step.run(DistillationStep.Batch.of(features, labels(of.batch())));
    }
  }

  /** Numbers that learn: both sides must have the same. */
  long parameters() {
    return parameters;
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

  private static TrainingOptions options() {
    ScheduleConfig schedule =
        new ScheduleConfig(
            1, 64, new ScheduleConfig.Nesterovs(0.05, 0.9), 0, new ScheduleConfig.Constant(0));
    return new TrainingOptions(schedule, 1, 1);
  }

  private static TeacherGraph teacher(String name) {
    ComputationGraphConfiguration conf = Zoo.network(name);
    FrozenNetwork frozen = FrozenNetwork.of(conf, Networks.fresh(conf), List.of(LOGITS));
    return frozen.materialise(frozen.sharedWeights());
  }

  private static DistillationStep distilling(Case of, ComputationGraph student) {
    NetworkDescription ofStudent = Describer.describe(student, Zoo.INPUT);
    NetworkDescription ofTeacher =
        Describer.describe(Networks.fresh(Zoo.network(of.teacher())), Zoo.INPUT);
    Distiller distiller = new Distiller(divergence(), "distiller", ofStudent, ofTeacher);
    TeacherGraph teacher = teacher(of.teacher());
    TrainingGraph graph =
        TrainingGraph.of(
            Zoo.network(of.student()),
            StudentPlan.of(distiller),
            new TrainingGraph.Surroundings(ofStudent, ofTeacher, teacher::parameter),
            options());
    ConnectorGraph none =
        ConnectorGraph.of(
            List.of(),
            ofTeacher::shapeOf,
            teacher::parameter,
            student.getConfiguration().getDataType());
    return new DistillationStep(graph, teacher, none, distiller, new BatchAugments(List.of()));
  }

  private static DistillerConfig divergence() {
    return new DistillerConfig.ConfigurableDistiller(
        Map.of("logits", new ModuleOutputs(LOGITS)),
        Map.of("logits", new ModuleOutputs(LOGITS)),
        Map.of("loss_kl", new KLDivergence(TAU, Reduction.BATCH_MEAN, WEIGHT, true, false)),
        Map.of(
            "loss_kl",
            Map.of(
                "preds_S", RecordReference.of(Side.STUDENT, "logits"),
                "preds_T", RecordReference.of(Side.TEACHER, "logits"))));
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
