package io.limbeck.spark.preparation;

import io.limbeck.core.config.DataFree;
import io.limbeck.core.config.Distillation;
import io.limbeck.core.config.GeneratorConfig;
import io.limbeck.core.config.OnlineDistill;
import io.limbeck.core.config.OnnxFile;
import io.limbeck.core.config.SeveralTeachers;
import io.limbeck.core.config.SingleTeacherDistill;
import io.limbeck.core.config.TeacherConfig;
import io.limbeck.core.connector.Connector;
import io.limbeck.core.distiller.Distiller;
import io.limbeck.core.distiller.PlannedConnector;
import io.limbeck.core.error.UserException;
import io.limbeck.core.network.FrozenTeacher;
import io.limbeck.core.network.NetworkDescription;
import io.limbeck.dl4j.graph.Describer;
import io.limbeck.dl4j.graph.JoinedGraph;
import io.limbeck.dl4j.graph.Networks;
import io.limbeck.dl4j.store.ArrayFile;
import io.limbeck.spark.model.ModelFactory;
import io.limbeck.spark.model.TeacherModel;
import io.limbeck.spark.storage.Storage;
import io.limbeck.spark.worker.WorkerPlan;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Brings a student, its teachers and what is distilled between them together. */
final class Assembly {
  private static final String KEY = "algorithm.distiller";

  private final Distillation algorithm;
  private final ModelFactory factory;
  private final Storage storage;
  private final Map<String, TeacherModel> networks = new LinkedHashMap<>();
  private final Map<String, Prepared.Teacher> teachers = new LinkedHashMap<>();
  private final Prepared.Distilling distilling;

  private Assembly(
      Distillation algorithm, LearningNetworks learning, ModelFactory factory, Storage storage) {
    this.algorithm = algorithm;
    this.factory = factory;
    this.storage = storage;
    NetworkDescription student = describe(student(learning));
    loadTeachers(student);
    NetworkDescription ofTeachers = teachersDescription(student);
    boolean teacherLearns =
        algorithm instanceof SingleTeacherDistill single && single.teacherTrainable();
    Distiller distiller = distiller(student, ofTeachers, teacherLearns);
    Set<String> taps = new LinkedHashSet<>(distiller.teacherVertices());
    if (algorithm instanceof DataFree dataFree) {
      taps.addAll(
          Distiller.ofGenerator(
                  dataFree.generatorDistiller(), GeneratorPlan.DISTILLER_KEY, student, ofTeachers)
              .teacherVertices());
    }
    WorkerPlan.Distillation plan =
        new WorkerPlan.Distillation(
            algorithm.distiller(),
            KEY,
            student,
            ofTeachers,
            teacherLearns,
            connectorWeights(distiller),
            algorithm.stopEpoch());
    networks.forEach((name, network) -> teachers.put(name, teacher(name, network, taps, plan)));
    this.distilling =
        new Prepared.Distilling(
            distiller, plan, Exits.of(algorithm, distiller, student, factory.classes()));
  }

  /**
   * Assembles a distillation.
   *
   * @param algorithm the config's block
   * @param learning what learns
   * @param factory reads teachers
   * @param storage where files lie
   * @throws UserException when something does not fit
   */
  static Assembly of(
      Distillation algorithm, LearningNetworks learning, ModelFactory factory, Storage storage) {
    return new Assembly(algorithm, learning, factory, storage);
  }

  /** Peers are recorded together; a teacher that learns is a network of its own for recorders. */
  private ComputationGraphConfiguration student(LearningNetworks learning) {
    return algorithm instanceof OnlineDistill ? learning.recorded() : learning.first();
  }

  private Distiller distiller(
      NetworkDescription student, NetworkDescription ofTeachers, boolean teacherLearns) {
    if (teacherLearns) {
      requireName(SingleTeacherDistill.TEACHER, "algorithm.teacher_trainable", student);
      return Distiller.ofBoth(algorithm.distiller(), KEY, student, ofTeachers);
    }
    return networks.isEmpty()
        ? Distiller.ofItself(algorithm.distiller(), KEY, student)
        : new Distiller(algorithm.distiller(), KEY, student, ofTeachers);
  }

  /** What is distilled. */
  Prepared.Distilling distilling() {
    return distilling;
  }

  /** The teachers by name; one alone has the empty name. */
  Map<String, Prepared.Teacher> teachers() {
    return teachers;
  }

  private void loadTeachers(NetworkDescription student) {
    if (algorithm instanceof SingleTeacherDistill single) {
      networks.put(
          "",
          factory.frozenTeacher(
              single.teacher(),
              single.teacherCkpt(),
              single.teacherNormEval(),
              "algorithm.teacher",
              "algorithm.teacher_ckpt"));
    } else if (algorithm instanceof SeveralTeachers several) {
      several
          .teachers()
          .forEach(
              (name, teacher) -> {
                String key = "algorithm.teachers." + name;
                requireName(name, key, student);
                requireGradients(teacher, key);
                networks.put(
                    name,
                    factory.frozenTeacher(
                        teacher.architecture(),
                        teacher.teacherCkpt(),
                        true,
                        key + ".architecture",
                        key + ".teacher_ckpt"));
              });
    }
  }

  /** A generator learns through its teachers. */
  private void requireGradients(TeacherConfig teacher, String key) {
    if (algorithm instanceof DataFree && teacher.architecture() instanceof OnnxFile) {
      throw new UserException(
          "'%s.architecture' is an OnnxFile, which hands no gradients back to its input, but a generator learns by them: it needs a network of DL4J's"
              .formatted(key));
    }
  }

  /** In the generator's step all vertices are in one graph. */
  private static void requireName(String name, String key, NetworkDescription student) {
    String prefix = name + ".";
    boolean taken =
        prefix.equals(GeneratorConfig.PREFIX)
            || student.vertices().stream().anyMatch(vertex -> vertex.name().startsWith(prefix));
    if (name.isEmpty() || name.contains(".") || taken) {
      throw new UserException(
          "'%s': \"%s\" cannot be a teacher's name, as it %s"
              .formatted(
                  key,
                  name,
                  taken
                      ? "begins names of the student or the generator"
                      : "is empty or has a dot"));
    }
  }

  /** A network that teaches itself is described by its own description. */
  private NetworkDescription teachersDescription(NetworkDescription student) {
    if (networks.isEmpty()) {
      return student;
    }
    List<NetworkDescription> all = new ArrayList<>();
    networks.forEach(
        (name, network) -> {
          NetworkDescription own = network.description();
          all.add(name.isEmpty() ? own : own.named(name));
        });
    if (algorithm instanceof SingleTeacherDistill single && single.teacherTrainable()) {
      return all.get(0).scoped(SingleTeacherDistill.TEACHER, student.input());
    }
    return NetworkDescription.union(all);
  }

  private NetworkDescription describe(ComputationGraphConfiguration logitsForm) {
    return Describer.describe(Networks.blank(logitsForm), factory.input());
  }

  private Prepared.Teacher teacher(
      String name, TeacherModel network, Set<String> allTaps, WorkerPlan.Distillation plan) {
    String prefix = JoinedGraph.prefix(tapPrefix(name));
    List<String> taps =
        allTaps.stream()
            .filter(tap -> tap.startsWith(prefix))
            .map(tap -> tap.substring(prefix.length()))
            .toList();
    FrozenTeacher classifier =
        algorithm instanceof SingleTeacherDistill single && single.teacherHead() != null
            ? TeacherHeads.classifier(single, network, plan, factory.classes())
            : network.classifier();
    return new Prepared.Teacher(network, network.upTo(taps), classifier);
  }

  /** What the names of a teacher's vertices begin with where they are recorded. */
  private String tapPrefix(String name) {
    return algorithm instanceof SingleTeacherDistill single && single.teacherTrainable()
        ? SingleTeacherDistill.TEACHER
        : name;
  }

  /** The weights of connectors that an earlier experiment trained. */
  private Map<String, INDArray> connectorWeights(Distiller distiller) {
    Map<String, INDArray> weights = new LinkedHashMap<>();
    if (algorithm.initCfg() != null) {
      String file = algorithm.initCfg().checkpoint() + "/connectors.npz";
      if (storage.exists(file)) {
        Map<String, INDArray> all = ArrayFile.read(storage.read(file, Prepared.INIT_KEY), file);
        distiller.connectors().stream()
            .map(PlannedConnector::name)
            .forEach(name -> weights.putAll(ArrayFile.connector(all, name)));
      }
    }
    requireWeights(distiller, weights);
    return weights;
  }

  private static void requireWeights(Distiller distiller, Map<String, INDArray> weights) {
    for (PlannedConnector connector : distiller.connectors()) {
      boolean needed = connector.chain().connectors().stream().anyMatch(Connector::needsWeights);
      String prefix = "connectors." + connector.name() + ".";
      if (needed && weights.keySet().stream().noneMatch(name -> name.startsWith(prefix))) {
        throw new UserException(
            ("'%s.connectors.%s' is frozen, so its weights must come from an earlier experiment: name its output folder in"
                    + " '%s', whose connectors.npz must hold a connector of that name")
                .formatted(KEY, connector.name(), Prepared.INIT_KEY));
      }
    }
  }
}
