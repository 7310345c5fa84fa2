package io.limbeck.spark.job;

import io.limbeck.core.config.AlgorithmConfig.Distillation;
import io.limbeck.core.config.AlgorithmConfig.SingleTeacherDistill;
import io.limbeck.core.config.ExperimentConfig;
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
    line(
        text,
        "student       %s, %,d parameters",
        config.algorithm().architecture(),
        prepared.memory().parameters());
    if (config.algorithm() instanceof Distillation distill) {
      line(text, "teacher       %s", teacher(distill, prepared));
      deliveries(text, distill);
      connectors(text, prepared.distilling());
      losses(text, distill);
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
        "memory        about %,d MiB native, %,d MiB heap for the student's training",
        prepared.memory().nativeBytes() / MIB + 1,
        prepared.memory().heapBytes() / MIB + 1);
    line(text, "output        %s", config.output().dir());
    return text.toString();
  }

  private static String teacher(Distillation distill, Prepared prepared) {
    return distill instanceof SingleTeacherDistill single
        ? "%s, %,d parameters, runs up to %s"
            .formatted(
                single.teacher(),
                prepared.teacher().network().numParams(),
                prepared.teacher().taps().outputs())
        : "the student itself, in the same pass";
  }

  private static void deliveries(StringBuilder text, Distillation distill) {
    distill
        .distiller()
        .distillDeliveries()
        .forEach((name, delivery) -> line(text, "delivery      %s = %s", name, delivery));
  }

  private static void losses(StringBuilder text, Distillation distill) {
    distill
        .distiller()
        .lossForwardMappings()
        .forEach(
            (name, mapping) -> {
              line(
                  text,
                  "loss          %s = %s",
                  name,
                  distill.distiller().distillLosses().get(name));
              mapping.forEach(
                  (argument, reference) ->
                      line(
                          text,
                          "                %s = %s of the %s%s",
                          argument,
                          source(distill.distiller(), reference),
                          reference.side().word(),
                          reference.connector() == null
                              ? ""
                              : ", through " + reference.connector()));
            });
    line(
        text,
        "task loss     %s",
        distill.calculateStudentLoss()
            ? "cross-entropy with the labels, weight " + distill.studentLossWeight()
            : "none: the labels are not used");
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
