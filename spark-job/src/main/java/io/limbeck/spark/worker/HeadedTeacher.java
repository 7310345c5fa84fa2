package io.limbeck.spark.worker;

import io.limbeck.core.config.ExitConfig;
import io.limbeck.core.distiller.PlannedConnector;
import io.limbeck.core.network.FrozenTeacher;
import io.limbeck.core.network.LoadedTeacher;
import io.limbeck.core.network.Teacher;
import io.limbeck.dl4j.graph.ConnectorGraph;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A teacher whose only output are the class scores that a connector makes of what is recorded in
 * it.
 *
 * @param network up to what the connector takes
 * @param plan has the connector and its weights
 * @param head which connector, which of its outputs
 * @param fingerprint of network and head
 */
public record HeadedTeacher(
    FrozenTeacher network, WorkerPlan.Distillation plan, ExitConfig head, String fingerprint)
    implements FrozenTeacher {

  /**
   * A teacher.
   *
   * @param network up to what the connector takes
   * @param plan has the connector and its weights
   * @param head which connector, which of its outputs
   */
  public static HeadedTeacher of(
      FrozenTeacher network, WorkerPlan.Distillation plan, ExitConfig head) {
    StringBuilder fingerprint = new StringBuilder(network.fingerprint()).append(head);
    weights(plan, head)
        .forEach(
            (name, array) ->
                fingerprint.append(name).append(Arrays.hashCode(array.dup('c').data().asFloat())));
    return new HeadedTeacher(network, plan, head, fingerprint.toString());
  }

  private static Map<String, INDArray> weights(WorkerPlan.Distillation plan, ExitConfig head) {
    String prefix = "connectors." + head.connector() + ".";
    Map<String, INDArray> weights = new TreeMap<>(plan.connectorWeights());
    weights.keySet().removeIf(name -> !name.startsWith(prefix));
    return weights;
  }

  @Override
  public List<String> outputs() {
    return List.of("connectors." + head.connector());
  }

  @Override
  public long bytes() {
    return network.bytes();
  }

  /** Holds nothing of the network's weights as they travelled. */
  @Override
  public LoadedTeacher load() {
    LoadedTeacher loaded = Teachers.loaded(network);
    WorkerPlan.Distillation made = plan;
    ExitConfig taken = head;
    String output = outputs().get(0);
    return () -> headed(loaded.instance(), made, taken, output);
  }

  private static Teacher headed(
      Teacher teacher, WorkerPlan.Distillation plan, ExitConfig head, String output) {
    PlannedConnector connector =
        plan.losses().connectors().stream()
            .filter(each -> each.name().equals(head.connector()))
            .findFirst()
            .orElseThrow();
    ConnectorGraph graph =
        ConnectorGraph.of(
            List.of(connector),
            plan.teacher()::shapeOf,
            name -> {
              INDArray weights = plan.connectorWeights().get(name);
              return weights == null ? teacher.parameter(name) : weights;
            },
            DataType.FLOAT);
    int index = head.connectorIdx() == null ? 0 : head.connectorIdx();
    return new Teacher() {
      @Override
      public Map<String, INDArray> forward(INDArray features) {
        return Map.of(
            output, graph.forward(teacher.forward(features)).get(head.connector()).get(index));
      }

      @Override
      public INDArray parameter(String name) {
        return teacher.parameter(name);
      }
    };
  }
}
