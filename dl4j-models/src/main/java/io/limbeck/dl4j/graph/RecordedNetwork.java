package io.limbeck.dl4j.graph;

import io.limbeck.core.error.UserException;
import io.limbeck.core.network.DataSamples;
import io.limbeck.core.network.ForwardPass;
import io.limbeck.core.network.FrozenTeacher;
import io.limbeck.core.network.NetworkDescription;
import io.limbeck.core.network.Teacher;
import io.limbeck.core.recorder.Recorder;
import io.limbeck.core.recorder.RecorderManager;
import io.limbeck.core.recorder.Recording;
import java.util.Collection;
import java.util.Map;
import java.util.function.Function;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Recorders on any DL4J network, without distillation:
 *
 * <pre>{@code
 * RecordedNetwork recorded =
 *     RecordedNetwork.of(
 *         network,
 *         Map.of("feature", new ModuleOutputs("backbone.layer4"), "fc", new ModuleOutputs("head.fc")),
 *         InputType.convolutional(224, 224, 3));
 * try (Recording recording = recorded.forward(images)) {
 *   INDArray feature = (INDArray) recording.get("feature", 0, null);
 * }
 * }</pre>
 *
 * <p>It runs a copy of the network in inference mode, as far as the deepest recorded module; the
 * network itself is not changed and may be let go of. For one thread; several threads take one
 * each.
 */
public final class RecordedNetwork {
  private final Teacher network;
  private final RecorderManager recorders;

  private RecordedNetwork(Teacher network, RecorderManager recorders) {
    this.network = network;
    this.recorders = recorders;
  }

  /**
   * Puts recorders on a network.
   *
   * @param network with its weights
   * @param recorders by name
   * @param input the shape of one example
   * @return a copy that is recorded
   * @throws UserException when a recorder's source is not in the network
   */
  public static RecordedNetwork of(
      ComputationGraph network, Map<String, ? extends Recorder> recorders, InputType input) {
    return of(network, recorders, input, "recorders");
  }

  /**
   * Puts recorders on a network.
   *
   * @param network with its weights
   * @param recorders by name
   * @param input the shape of one example
   * @param key where the recorders stand, for messages
   * @return a copy that is recorded
   * @throws UserException when a recorder's source is not in the network
   */
  public static RecordedNetwork of(
      ComputationGraph network,
      Map<String, ? extends Recorder> recorders,
      InputType input,
      String key) {
    ComputationGraphConfiguration logitsForm = LogitsForm.of(network.getConfiguration());
    NetworkDescription description = Describer.describe(Networks.blank(logitsForm), input);
    return of(
        description, vertices -> FrozenNetwork.of(logitsForm, network, vertices), recorders, key);
  }

  /**
   * Puts recorders on a network of any kind.
   *
   * @param description what can be recorded in it
   * @param parts the part of it that some vertices need
   * @param recorders by name
   * @param key where the recorders stand, for messages
   * @return a copy that is recorded
   * @throws UserException when a recorder's source is not in the network
   */
  public static RecordedNetwork of(
      NetworkDescription description,
      Function<Collection<String>, FrozenTeacher> parts,
      Map<String, ? extends Recorder> recorders,
      String key) {
    RecorderManager manager = new RecorderManager(recorders, description, key);
    return new RecordedNetwork(parts.apply(manager.vertices()).load().instance(), manager);
  }

  /**
   * Runs the network and records.
   *
   * @param features {@code [batch, …]}
   * @return what was recorded, until it is closed
   */
  public Recording forward(INDArray features) {
    return forward(features, new DataSamples(null, null, null));
  }

  /**
   * Runs the network and records.
   *
   * @param features {@code [batch, …]}
   * @param samples what recorders may see of the examples
   * @return what was recorded, until it is closed
   */
  public Recording forward(INDArray features, DataSamples samples) {
    Recording recording = recorders.start();
    try {
      recording.take(new ForwardPass(network.forward(features), network::parameter, samples));
      return recording;
    } catch (RuntimeException e) {
      recording.close();
      throw e;
    }
  }
}
