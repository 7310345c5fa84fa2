package io.limbeck.spark.preparation;

import io.limbeck.core.config.AlgorithmConfig;
import io.limbeck.core.config.DataFree;
import io.limbeck.core.config.Distillation;
import io.limbeck.core.config.ExperimentConfig;
import io.limbeck.core.config.OnlineDistill;
import io.limbeck.core.config.SeveralTeachers;
import io.limbeck.core.config.SingleTeacherDistill;
import io.limbeck.core.distiller.DistillerConfig;
import io.limbeck.core.distiller.PlannedConnector;
import io.limbeck.core.distiller.RecordReference;
import io.limbeck.core.recorder.Recorder;
import io.limbeck.dl4j.engine.CpuEngine;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** An experiment's plan in words, for the validate command. */
public final class PlanText {
  private static final long MIB = 1 << 20;

  private PlanText() {}

  /**
   * The plan.
   *
   * @param prepared a checked experiment
   * @return lines, each ended
   */
  public static String of(Prepared prepared) {
    ExperimentConfig config = prepared.config();
    StringBuilder text = new StringBuilder();
    line(text, "%s: nothing wrong found", config.name());
    line(text, "native path   %s", CpuEngine.status().description());
    line(
        text,
        "examples      %s, %d classes",
        Arrays.toString(prepared.shape()),
        config.data().numClasses());
    learning(text, prepared);
    if (config.algorithm() instanceof Distillation distill) {
      teachers(text, distill, prepared);
      deliveries(text, distill);
      connectors(text, prepared.distilling());
      losses(text, "loss          ", distill.distiller());
      line(text, "task loss     %s", taskLoss(distill, config.schedule().labelSmoothVal()));
      if (distill instanceof DataFree dataFree) {
        generator(text, dataFree);
      }
    }
    line(
        text,
        "training      %d run%s of %d epochs, batches of %d, %s",
        config.repeats() * (config.studentAlone() ? 2 : 1),
        config.repeats() == 1 && !config.studentAlone() ? "" : "s",
        config.schedule().epochs(),
        config.schedule().batchSize(),
        config.schedule().updater());
    if (!config.data().batchAugments().isEmpty()) {
      line(text, "mixing        %s", config.data().batchAugments());
    }
    line(
        text,
        "averaging     %d partitions, every %d mini-batches",
        prepared.workers(),
        config.averaging().frequency());
    line(
        text,
        "memory        driver about %,d MiB of heap; each executor %,d MiB of heap beside the examples, %,d MiB outside it",
        prepared.plan().driverHeap() / MIB + 1,
        prepared.plan().executorHeap() / MIB + 1,
        prepared.plan().executorNative() / MIB + 1);
    prepared.warnings().forEach(warning -> line(text, "warning       %s", warning));
    line(text, "output        %s", config.output().dir());
    return text.toString();
  }

  private static void learning(StringBuilder text, Prepared prepared) {
    AlgorithmConfig algorithm = prepared.config().algorithm();
    long parameters = prepared.memory().parameters();
    if (algorithm instanceof OnlineDistill online) {
      online
          .learning()
          .forEach(
              (name, peer) ->
                  line(
                      text,
                      "%s %s = %s",
                      name.equals(online.student()) ? "student      " : "peer         ",
                      name,
                      peer.architecture()));
      line(text, "              %,d parameters together", parameters);
    } else {
      line(
          text,
          "student       %s, %,d parameters%s",
          algorithm.architecture(),
          parameters,
          algorithm.learning().size() > 1 ? " with the teacher, which learns, too" : "");
    }
  }

  private static void teachers(StringBuilder text, Distillation distill, Prepared prepared) {
    if (prepared.teachers().isEmpty()) {
      line(
          text,
          "teacher       the %s, in the same pass",
          distill instanceof OnlineDistill ? "peers themselves" : "student itself");
    }
    prepared
        .teachers()
        .forEach(
            (name, teacher) ->
                line(
                    text,
                    "teacher       %s%s, %,d parameters, %s",
                    name.isEmpty() ? "" : name + " = ",
                    architecture(distill, name),
                    teacher.network().parameters(),
                    distill.learning().size() > 1
                        ? "in one pass with the student"
                        : "runs up to " + teacher.taps().outputs()));
  }

  private static Object architecture(Distillation distill, String teacher) {
    return distill instanceof SeveralTeachers several
        ? several.teachers().get(teacher).architecture()
        : ((SingleTeacherDistill) distill).teacher();
  }

  private static void generator(StringBuilder text, DataFree dataFree) {
    line(
        text, "generator     %s, %s", dataFree.generator(), dataFree.generatorSchedule().updater());
    losses(text, "its loss      ", dataFree.generatorDistiller());
    line(
        text,
        "images        made of noise, %d steps of each partition an epoch; no training data are read",
        dataFree.stepsPerEpoch());
  }

  private static void deliveries(StringBuilder text, Distillation distill) {
    distill
        .distiller()
        .distillDeliveries()
        .forEach((name, delivery) -> line(text, "delivery      %s = %s", name, delivery));
  }

  private static void losses(StringBuilder text, String label, DistillerConfig distiller) {
    distiller
        .lossForwardMappings()
        .forEach(
            (name, mapping) -> {
              line(text, "%s%s = %s", label, name, distiller.distillLosses().get(name));
              mapping.forEach(
                  (argument, reference) ->
                      line(
                          text,
                          "                %s = %s of the %s%s",
                          argument,
                          source(distiller, reference),
                          reference.side().word(),
                          reference.connector() == null
                              ? ""
                              : ", through " + reference.connector()));
            });
  }

  private static String taskLoss(Distillation distill, double labelSmoothVal) {
    if (!distill.calculateStudentLoss()) {
      return "none: the labels are not used";
    }
    return "cross-entropy with the labels, weight "
        + distill.studentLossWeight()
        + (labelSmoothVal == 0 ? "" : ", labels smoothed by " + labelSmoothVal)
        + (distill.stopEpoch() == null
            ? ""
            : ", alone after %d epochs".formatted(distill.stopEpoch()));
  }

  private static String source(DistillerConfig distiller, RecordReference reference) {
    Map<String, Recorder> recorders =
        reference.fromStudent() ? distiller.studentRecorders() : distiller.teacherRecorders();
    Recorder recorder = recorders.get(reference.recorder());
    return "%s '%s'".formatted(recorder.getClass().getSimpleName(), recorder.source());
  }

  private static void connectors(StringBuilder text, Prepared.Distilling distilling) {
    DistillerConfig config = distilling.plan().distiller();
    List<PlannedConnector> planned = distilling.distiller().connectors();
    for (PlannedConnector connector : planned) {
      line(
          text,
          "connector     %s = %s, %s '%s' to %s%s",
          connector.name(),
          connector.chain().connectors(),
          connector.side().word(),
          connector.vertex(),
          connector.outputs(),
          connector.trains() ? "" : ", frozen");
    }
    config.connectors().keySet().stream()
        .filter(name -> planned.stream().noneMatch(each -> each.name().equals(name)))
        .forEach(
            name -> line(text, "connector     %s: no mapping names it, it does not run", name));
  }

  private static void line(StringBuilder text, String format, Object... arguments) {
    text.append(format.formatted(arguments)).append(System.lineSeparator());
  }
}
