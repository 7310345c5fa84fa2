package io.limbeck.dl4j.graph;

import io.limbeck.core.delivery.DeliveryManager;
import io.limbeck.core.distiller.DistillResult;
import io.limbeck.core.distiller.Distiller;
import io.limbeck.core.distiller.StepValues;
import io.limbeck.core.loss.LossState;
import io.limbeck.core.network.DataSamples;
import io.limbeck.core.network.ForwardPass;
import io.limbeck.core.network.Teacher;
import io.limbeck.core.recorder.Recording;
import io.limbeck.dl4j.augment.BatchAugments;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.LongStream;
import org.deeplearning4j.nn.api.Layer;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * One training step: teacher forward, student forward, losses and their gradients, student
 * backward, update. The student runs forward and backward once, in DL4J's own {@code fit}; where it
 * is its own teacher there is no other pass. Not for use by several threads.
 */
public final class DistillationStep {
  private final TrainingGraph student;
  private final Teacher teacher;
  private final ConnectorGraph frozenConnectors;
  private final Distiller distiller;
  private final BatchAugments augments;
  private final boolean mixedByDelivery;
  private final StepListener listener;
  private final Map<String, LossState> states = new LinkedHashMap<>();
  private final Map<String, LossState.Change> changes = new LinkedHashMap<>();
  private long teacherNanos;
  private Pass pass;
  private String ofTeacher;

  /**
   * What is known while the student's pass runs.
   *
   * @param frozenOutputs of connectors behind the teacher
   */
  private record Pass(
      Batch batch,
      Map<String, INDArray> teacherOutputs,
      Map<String, List<INDArray>> frozenOutputs,
      Recording studentRecording,
      Recording teacherRecording) {}

  /**
   * A mini-batch.
   *
   * @param features {@code [batch, …]}
   * @param labels one-hot, {@code [batch, classes]}
   * @param samples what recorders may see of the examples
   * @param fullSize examples of a full mini-batch; the last of an epoch may have fewer
   * @param teacherOutputs what the teacher put out for these examples, if that is known already;
   *     null to ask it
   * @param epoch epochs since the start of training, with fractions
   */
  public record Batch(
      INDArray features,
      INDArray labels,
      DataSamples samples,
      int fullSize,
      Map<String, INDArray> teacherOutputs,
      double epoch) {

    /**
     * A mini-batch of examples without numbers.
     *
     * @param features {@code [batch, …]}
     * @param labels one-hot; null for none
     */
    public static Batch of(INDArray features, INDArray labels) {
      return new Batch(
          features, labels, new DataSamples(labels, null, null), (int) features.size(0), null, 0);
    }
  }

  /**
   * A step with a teacher.
   *
   * @param student the student
   * @param teacher the teacher
   * @param frozenConnectors what runs behind the teacher
   * @param distiller the losses between them
   * @param augments mix each mini-batch before both networks, or, where a delivery carries them, in
   *     each one's pass
   */
  public DistillationStep(
      TrainingGraph student,
      Teacher teacher,
      ConnectorGraph frozenConnectors,
      Distiller distiller,
      BatchAugments augments) {
    this.student = student;
    this.teacher = teacher;
    this.frozenConnectors = frozenConnectors;
    this.distiller = distiller;
    this.augments = augments;
    this.mixedByDelivery =
        distiller != null && distiller.deliveries().carries(BatchAugments.METHOD);
    this.listener = new StepListener(student, recorded(), distiller == null ? null : this::distil);
    student.network().setListeners(listener);
  }

  /**
   * A step of a network that is its own teacher: the teacher's recorders see the same pass.
   *
   * @param student the network, with {@link StudentPlan#ofItself}
   * @param distiller the losses
   * @param augments mix each mini-batch
   * @return the step
   */
  public static DistillationStep self(
      TrainingGraph student, Distiller distiller, BatchAugments augments) {
    return new DistillationStep(student, null, null, distiller, augments);
  }

  /**
   * A step from labels alone.
   *
   * @param student the network
   * @param augments mix each mini-batch
   * @return the step
   */
  public static DistillationStep supervised(TrainingGraph student, BatchAugments augments) {
    return new DistillationStep(student, null, null, null, augments);
  }

  /**
   * A step from the labels of mini-batches that are not mixed.
   *
   * @param student the network
   * @return the step
   */
  public static DistillationStep supervised(TrainingGraph student) {
    return supervised(student, new BatchAugments(List.of()));
  }

  /** Where the network is its own teacher, the teacher's recorders see it, too. */
  private Set<String> recorded() {
    Set<String> vertices = new HashSet<>();
    if (distiller != null) {
      vertices.addAll(distiller.student().vertices());
      if (teacher == null) {
        vertices.addAll(distiller.teacher().vertices());
      }
    }
    return vertices;
  }

  /** The graph that is trained. */
  public TrainingGraph student() {
    return student;
  }

  /** What losses remember, by loss name; each step writes into it. */
  public Map<String, LossState> states() {
    return states;
  }

  /** What the last step wrote into it; taken once. */
  public Map<String, LossState.Change> takeChanges() {
    Map<String, LossState.Change> taken = new LinkedHashMap<>(changes);
    changes.clear();
    return taken;
  }

  /**
   * Trains on one mini-batch.
   *
   * @param batch the mini-batch
   * @return each loss by name, as in the reference's logs: {@code distill.NAME} and {@code
   *     student.loss}
   */
  public Map<String, Double> run(Batch batch) {
    ofTeacher = null;
    Batch seen = mixedByDelivery ? batch : mixed(batch);
    if (distiller == null) {
      fit(seen, Map.of());
    } else if (teacher == null) {
      selfDistilled(seen);
    } else {
      distilled(seen);
    }
    return new LinkedHashMap<>(listener.losses());
  }

  /**
   * Trains on one mini-batch from labels alone, once distillation has stopped: the teacher does not
   * run, no loss is computed but the labels' cross-entropy, and what else learns receives no
   * gradients.
   *
   * @param batch the mini-batch
   * @return {@code student.loss}
   */
  public Map<String, Double> runAlone(Batch batch) {
    ofTeacher = null;
    changes.clear();
    Batch seen = mixed(batch);
    fit(seen, distiller == null ? Map.of() : nothingOfTeacher(seen.features()));
    return new LinkedHashMap<>(listener.losses());
  }

  /** Connectors behind the teacher are a part of the graph, whoever looks at them. */
  private Map<String, INDArray> nothingOfTeacher(INDArray features) {
    Map<String, INDArray> zeros = new LinkedHashMap<>();
    for (String vertex : student.teacherVertices()) {
      List<Long> shape = distiller.teacher().network().shapeOf(vertex);
      long[] batch =
          LongStream.concat(
                  LongStream.of(features.size(0)), shape.stream().mapToLong(Long::longValue))
              .toArray();
      zeros.put(vertex, Nd4j.zeros(features.dataType(), batch));
    }
    return zeros;
  }

  /**
   * Where the last step's numbers first ceased to be finite, looked for where a loss is not or the
   * logits are not.
   *
   * @return a clause such as {@code the output of 'backbone.conv1' is NaN}; null where all is well
   *     or nothing is found
   */
  public String diagnosis() {
    return ofTeacher == null ? listener.diagnosis() : ofTeacher;
  }

  /** Time spent in the teacher so far, in nanoseconds. */
  public long teacherNanos() {
    return teacherNanos;
  }

  private void distilled(Batch batch) {
    changes.clear();
    DeliveryManager deliveries = distiller.deliveries();
    try (Recording ofTeacher = distiller.teacher().start()) {
      Map<String, INDArray> activations = teach(batch, ofTeacher);
      try (Recording ofStudent = distiller.student().start();
          DeliveryManager.Pass overriding = deliveries.override()) {
        Batch seen = mixedByDelivery ? mixed(batch) : batch;
        pass =
            new Pass(
                seen, activations, frozenConnectors.forward(activations), ofStudent, ofTeacher);
        fit(seen, activations);
      }
      deliveries.requireEmpty();
      changes.forEach((loss, change) -> states.get(loss).apply(change));
    } finally {
      pass = null;
      deliveries.clear();
    }
  }

  private void selfDistilled(Batch batch) {
    changes.clear();
    try (Recording ofTeacher = distiller.teacher().start();
        Recording ofStudent = distiller.student().start()) {
      pass = new Pass(batch, Map.of(), Map.of(), ofStudent, ofTeacher);
      fit(batch, Map.of());
      changes.forEach((loss, change) -> states.get(loss).apply(change));
    } finally {
      pass = null;
    }
  }

  private Map<String, INDArray> teach(Batch batch, Recording recording) {
    long start = System.nanoTime();
    try (DeliveryManager.Pass collecting = distiller.deliveries().collect()) {
      Batch seen = mixedByDelivery ? mixed(batch) : batch;
      Map<String, INDArray> activations = teacherOutputs(seen);
      recording.take(new ForwardPass(activations, teacher::parameter, seen.samples()));
      return activations;
    } finally {
      teacherNanos += System.nanoTime() - start;
    }
  }

  private Map<String, INDArray> teacherOutputs(Batch batch) {
    if (batch.teacherOutputs() != null) {
      Map<String, INDArray> known = new LinkedHashMap<>(batch.teacherOutputs());
      known.put(distiller.teacher().network().input(), batch.features());
      return known;
    }
    // Who watches the teacher's calls must see the mini-batch as it is, and so must its statistics.
    return distiller.teacherIsPure() && teacher.isByExample()
        ? WholeBatch.forward(teacher, batch.features(), batch.fullSize())
        : teacher.forward(batch.features());
  }

  private Batch mixed(Batch batch) {
    if (augments.isEmpty()) {
      return batch;
    }
    BatchAugments.Mixed mixed = augments.mix(batch.features(), batch.labels());
    DataSamples samples = batch.samples();
    return new Batch(
        mixed.features(),
        mixed.labels(),
        new DataSamples(mixed.labels(), samples.sampleIdx(), samples.contrastSampleIdx()),
        batch.fullSize(),
        null,
        batch.epoch());
  }

  /** Null where this step is one from labels alone. */
  private DistillResult distil(Map<String, INDArray> activations) {
    if (pass == null) {
      return null;
    }
    Map<String, INDArray> all = new HashMap<>(activations);
    all.put(student.input(), pass.batch().features());
    ForwardPass forward = new ForwardPass(all, this::studentParameter, pass.batch().samples());
    pass.studentRecording().take(forward);
    if (teacher == null) {
      pass.teacherRecording().take(forward);
    }
    DistillResult result =
        distiller.distill(
            new StepValues(
                pass.studentRecording(),
                pass.teacherRecording(),
                (connector, index) -> connectorOutput(activations, connector, index),
                student::lossParameter,
                states,
                pass.batch().epoch(),
                Nd4j.getRandom().nextLong()));
    changes.putAll(result.changes());
    if (!result.losses().values().stream().allMatch(Double::isFinite)
        && NonFinite.in(pass.batch().features()).isEmpty()) {
      ofTeacher =
          NonFinite.firstOutput(pass.teacherOutputs())
              .map(clause -> "in the teacher " + clause)
              .orElse(null);
    }
    return result;
  }

  private INDArray connectorOutput(Map<String, INDArray> activations, String connector, int index) {
    INDArray trained = student.connectorOutput(activations, connector, index);
    return trained == null ? pass.frozenOutputs().get(connector).get(index) : trained;
  }

  private INDArray studentParameter(String name) {
    int slash = name.lastIndexOf('/');
    Layer layer = student.network().getLayer(name.substring(0, slash));
    return layer.paramTable(false).get(name.substring(slash + 1));
  }

  private void fit(Batch batch, Map<String, INDArray> teacherActivations) {
    student
        .network()
        .fit(student.inputs(batch.features(), teacherActivations), student.labels(batch.labels()));
  }
}
