package io.limbeck.spark.evaluation;

import io.limbeck.core.network.FrozenTeacher;
import io.limbeck.core.network.Teacher;
import io.limbeck.dl4j.graph.FrozenNetwork;
import io.limbeck.dl4j.graph.TeacherGraph;
import io.limbeck.spark.device.TaskDevice;
import io.limbeck.spark.worker.Teachers;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.function.Function;

/**
 * Running instances of the network that this JVM evaluated last, one for each task at a time. A
 * student is evaluated every epoch, by every partition, with other weights: making a network each
 * time would cost more than running it, and leave weights outside the heap for a collector that
 * sees a small object in each of them and is in no hurry.
 */
final class Instances {
  private static final Deque<Instance> FREE = new ArrayDeque<>();
  private static String configuration;

  /**
   * A network that is free.
   *
   * @param fingerprint of the frozen network whose weights it has
   * @param device number of the one that it is on
   */
  private record Instance(String fingerprint, int device, TeacherGraph graph) {}

  private Instances() {}

  /**
   * Does something with an instance that nobody else has meanwhile.
   *
   * @param network whose weights it has
   * @param task to do
   * @return what came of it
   */
  static <T> T with(FrozenNetwork network, Function<TeacherGraph, T> task) {
    TeacherGraph graph = take(network);
    T result = task.apply(graph);
    giveBack(network, graph);
    return result;
  }

  /**
   * The same with a network of any kind; one that never learns is loaded once in a JVM instead.
   *
   * @param network to run
   * @param task to do
   * @return what came of it
   */
  static <T> T withAny(FrozenTeacher network, Function<Teacher, T> task) {
    return network instanceof FrozenNetwork ofDl4j
        ? with(ofDl4j, task::apply)
        : task.apply(Teachers.loaded(network).instance());
  }

  private static TeacherGraph take(FrozenNetwork network) {
    Instance instance = free(network.configuration());
    if (instance == null) {
      return network.materialise(network.sharedWeights());
    }
    if (!instance.fingerprint().equals(network.fingerprint())) {
      instance.graph().setParameters(network.parameters());
    }
    return instance.graph();
  }

  /** Null where there is none. Those of another network are let go. */
  private static Instance free(String wanted) {
    synchronized (FREE) {
      if (!wanted.equals(configuration)) {
        FREE.clear();
        configuration = wanted;
      }
      int device = TaskDevice.current().number();
      Optional<Instance> here = FREE.stream().filter(each -> each.device() == device).findFirst();
      here.ifPresent(FREE::remove);
      return here.orElse(null);
    }
  }

  private static void giveBack(FrozenNetwork network, TeacherGraph graph) {
    synchronized (FREE) {
      if (network.configuration().equals(configuration)) {
        FREE.push(new Instance(network.fingerprint(), TaskDevice.current().number(), graph));
      }
    }
  }
}
