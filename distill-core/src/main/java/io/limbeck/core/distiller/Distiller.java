package io.limbeck.core.distiller;

import io.limbeck.core.delivery.DeliveryConfig;
import io.limbeck.core.delivery.DeliveryManager;
import io.limbeck.core.error.UserException;
import io.limbeck.core.loss.LossAndGradient;
import io.limbeck.core.loss.LossInputs;
import io.limbeck.core.loss.LossParameter;
import io.limbeck.core.loss.LossState;
import io.limbeck.core.network.NetworkDescription;
import io.limbeck.core.network.Side;
import io.limbeck.core.recorder.RecorderManager;
import io.limbeck.core.recorder.Recording;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Computes every mapped loss from what the recorders captured, and the gradients for all that
 * learns. Made once for a pair of networks, which its config was found to fit.
 */
public final class Distiller {
  private final DistillerConfig config;
  private final RecorderManager student;
  private final RecorderManager teacher;
  private final List<PlannedConnector> connectors;
  private final List<PlannedLoss> losses;
  private final DeliveryManager deliveries;

  /**
   * Checks a config against two networks and makes their distiller.
   *
   * @param config the distiller block
   * @param key where the block stands in the file, for messages
   * @param studentNetwork what can be recorded in the student
   * @param teacherNetwork what can be recorded in the teacher
   * @throws UserException with everything in the block that does not fit
   */
  public Distiller(
      DistillerConfig config,
      String key,
      NetworkDescription studentNetwork,
      NetworkDescription teacherNetwork) {
    this(config, key, studentNetwork, teacherNetwork, Learner.STUDENT);
  }

  private Distiller(
      DistillerConfig config,
      String key,
      NetworkDescription studentNetwork,
      NetworkDescription teacherNetwork,
      Learner learner) {
    this.config = config;
    this.student =
        new RecorderManager(config.studentRecorders(), studentNetwork, key + ".student_recorders");
    this.teacher =
        new RecorderManager(config.teacherRecorders(), teacherNetwork, key + ".teacher_recorders");
    this.deliveries = new DeliveryManager(config.distillDeliveries(), key + ".distill_deliveries");
    Planner planner = new Planner(config, key, student, teacher, learner);
    planner.checkDeliveries(studentNetwork, teacherNetwork);
    this.losses = planner.losses();
    this.connectors = planner.connectors();
  }

  /**
   * Checks a config against a network that is its own teacher.
   *
   * @param config the distiller block
   * @param key where the block stands in the file, for messages
   * @param network what can be recorded
   * @return a distiller for one pass
   * @throws UserException also for what needs a pass before the student's
   */
  public static Distiller ofItself(DistillerConfig config, String key, NetworkDescription network) {
    Distiller distiller = new Distiller(config, key, network, network);
    List<String> problems =
        distiller.deliveryProblems(key, "a network that teaches itself runs once");
    for (PlannedConnector connector : distiller.connectors) {
      if (connector.trains() && connector.side() == Side.TEACHER) {
        problems.add(
            "'%s.connectors.%s' would learn nothing: no gradient goes to what teacher_recorders capture, put it behind one of student_recorders"
                .formatted(key, connector.name()));
      }
    }
    return distiller.without(problems);
  }

  /**
   * Checks a config against a student and a teacher that learns, too: the two run in one pass, and
   * gradients go to both.
   *
   * @param config the distiller block
   * @param key where the block stands in the file, for messages
   * @param student what can be recorded in the student
   * @param teacher what can be recorded in the teacher
   * @return a distiller for one pass
   * @throws UserException also for what needs a pass before the student's
   */
  public static Distiller ofBoth(
      DistillerConfig config, String key, NetworkDescription student, NetworkDescription teacher) {
    Distiller distiller = new Distiller(config, key, student, teacher, Learner.BOTH);
    return distiller.without(
        distiller.deliveryProblems(key, "a teacher that learns runs in one pass with the student"));
  }

  /**
   * Checks a config whose losses teach what makes the images that student and teachers see: their
   * gradients go through all of them.
   *
   * @param config the distiller block
   * @param key where the block stands in the file, for messages
   * @param student what can be recorded in the student
   * @param teachers what can be recorded in the teachers
   * @return a distiller for one pass
   * @throws UserException also for what learns beside the generator, and for what needs another
   *     pass
   */
  public static Distiller ofGenerator(
      DistillerConfig config, String key, NetworkDescription student, NetworkDescription teachers) {
    Distiller distiller = new Distiller(config, key, student, teachers, Learner.GENERATOR);
    List<String> problems =
        distiller.deliveryProblems(key, "in the generator's step both networks run at once");
    for (PlannedConnector connector : distiller.connectors) {
      if (connector.chain().trainable()) {
        problems.add(
            "'%s.connectors.%s' learns, but from these losses only the generator does"
                .formatted(key, connector.name()));
      }
    }
    for (PlannedLoss loss : distiller.losses) {
      if (!loss.parameters().isEmpty()) {
        problems.add(
            "'%s.distill_losses.%s' learns parameters of its own, but from these losses only the generator learns"
                .formatted(key, loss.name()));
      }
    }
    return distiller.without(problems);
  }

  private List<String> deliveryProblems(String key, String why) {
    List<String> problems = new ArrayList<>();
    for (String delivery : config.distillDeliveries().keySet()) {
      problems.add(
          "'%s.distill_deliveries.%s' has nothing to deliver: %s".formatted(key, delivery, why));
    }
    return problems;
  }

  private Distiller without(List<String> problems) {
    if (!problems.isEmpty()) {
      throw new UserException(problems);
    }
    return this;
  }

  /** The student's recorders. */
  public RecorderManager student() {
    return student;
  }

  /** The teacher's recorders. */
  public RecorderManager teacher() {
    return teacher;
  }

  /** The deliveries of methods' return values. */
  public DeliveryManager deliveries() {
    return deliveries;
  }

  /** The deliveries of modules' outputs. */
  public List<DeliveryConfig.ModuleOutputs> moduleDeliveries() {
    return config.distillDeliveries().values().stream()
        .filter(DeliveryConfig.ModuleOutputs.class::isInstance)
        .map(DeliveryConfig.ModuleOutputs.class::cast)
        .toList();
  }

  /** The connectors, each after those whose outputs it takes. */
  public List<PlannedConnector> connectors() {
    return connectors;
  }

  /** The losses, in the order of the mappings. */
  public List<PlannedLoss> losses() {
    return losses;
  }

  /**
   * The teacher's vertices, or its input, whose outputs a step needs. Where calls of methods are
   * recorded or delivered, that is its logits too: any of its layers may be what calls them.
   */
  public Set<String> teacherVertices() {
    Set<String> vertices = new LinkedHashSet<>();
    losses.stream()
        .flatMap(loss -> loss.bindings().stream())
        .filter(binding -> binding.reference().side() == Side.TEACHER)
        .forEach(binding -> vertices.addAll(binding.vertices()));
    connectors.stream()
        .filter(connector -> connector.side() == Side.TEACHER)
        .forEach(connector -> vertices.add(connector.vertex()));
    moduleDeliveries().forEach(delivery -> vertices.add(delivery.from()));
    if ((!deliveries.isEmpty() || teacher.recordsCalls()) && teacher.network().logits() != null) {
      vertices.add(teacher.network().logits());
    }
    return vertices;
  }

  /**
   * Whether all that a step needs of the teacher is what its vertices put out for the mini-batch,
   * so that nobody notices whether it runs.
   */
  public boolean teacherIsPure() {
    return deliveries.isEmpty() && !teacher.recordsCalls();
  }

  /** The student's vertices that receive gradients of losses, in the order of the config. */
  public Set<String> gradientVertices() {
    Set<String> vertices = new LinkedHashSet<>();
    for (PlannedLoss loss : losses) {
      for (PlannedLoss.Binding binding : loss.bindings()) {
        if (binding.learns()) {
          binding.targets().stream()
              .filter(GradientTarget.Vertex.class::isInstance)
              .forEach(target -> vertices.add(((GradientTarget.Vertex) target).name()));
        }
      }
    }
    return vertices;
  }

  /**
   * The losses of one mini-batch.
   *
   * @param values what both passes left behind
   * @return values and gradients, both in the order of the config
   * @throws IllegalStateException when a recorder has recorded nothing
   */
  public DistillResult distill(StepValues values) {
    Map<String, Double> results = new LinkedHashMap<>();
    Map<GradientTarget, INDArray> gradients = new LinkedHashMap<>();
    Map<String, LossState.Change> changes = new LinkedHashMap<>();
    for (PlannedLoss planned : losses) {
      double weight = planned.schedule().at(values.epoch());
      LossAndGradient result = planned.loss().lossAndGradient(inputs(planned, values));
      results.put(planned.name(), weight * result.loss());
      if (!result.change().rows().isEmpty()) {
        changes.put(planned.name(), result.change());
      }
      for (PlannedLoss.Binding binding : planned.bindings()) {
        if (binding.learns()) {
          List<INDArray> several = result.gradients().get(binding.argument().name());
          for (int i = 0; i < binding.targets().size(); i++) {
            add(gradients, binding.targets().get(i), several.get(i), weight);
          }
        }
      }
      for (LossParameter parameter : planned.parameters()) {
        add(
            gradients,
            new GradientTarget.LossParameter(planned.name(), parameter.name()),
            result.gradient(parameter.name()),
            weight);
      }
    }
    return new DistillResult(results, gradients, changes);
  }

  private LossInputs inputs(PlannedLoss planned, StepValues values) {
    Map<String, Object> inputs = new LinkedHashMap<>();
    for (PlannedLoss.Binding binding : planned.bindings()) {
      inputs.put(binding.argument().name(), value(binding.reference(), values));
    }
    for (LossParameter parameter : planned.parameters()) {
      inputs.put(parameter.name(), values.lossParameters().apply(planned.name(), parameter.name()));
    }
    return LossInputs.of(inputs)
        .withoutGradientOf(planned.withoutGradient())
        .withState(values.states().get(planned.name()))
        .withSeed(values.seed());
  }

  private Object value(RecordReference reference, StepValues values) {
    if (reference.connector() == null) {
      Recording recording = reference.side() == Side.STUDENT ? values.student() : values.teacher();
      return recording.get(reference.recorder(), reference.recordIdx(), reference.dataIdx());
    }
    int outputs = connector(reference.connector()).outputs().size();
    if (reference.connectorIdx() != null) {
      int index = reference.connectorIdx();
      return values.connectors().apply(reference.connector(), index < 0 ? outputs + index : index);
    }
    List<INDArray> all = new ArrayList<>();
    for (int i = 0; i < outputs; i++) {
      all.add(values.connectors().apply(reference.connector(), i));
    }
    return all.size() == 1 ? all.get(0) : all;
  }

  private PlannedConnector connector(String name) {
    return connectors.stream().filter(each -> each.name().equals(name)).findFirst().orElseThrow();
  }

  private static void add(
      Map<GradientTarget, INDArray> gradients,
      GradientTarget target,
      INDArray gradient,
      double weight) {
    if (target != null && gradient != null) {
      INDArray weighted = weight == 1 ? gradient : gradient.muli(weight);
      gradients.merge(target, weighted, INDArray::addi);
    }
  }
}
