package io.limbeck.dl4j.graph;

import io.limbeck.core.network.FrozenTeacher;
import io.limbeck.core.network.LoadedTeacher;
import io.limbeck.dl4j.inference.CompiledNetwork;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Collection;
import java.util.HexFormat;
import java.util.List;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.graph.ComputationGraph;

/**
 * A DL4J network that only runs forward, as it travels to the executors: configuration, weights and
 * outputs.
 *
 * @param configuration DL4J's JSON
 * @param parameters the flat vector
 * @param outputs the vertices that are put out
 * @param fingerprint SHA-256 of all of that; equal networks have equal fingerprints
 */
public record FrozenNetwork(
    String configuration, float[] parameters, List<String> outputs, String fingerprint)
    implements FrozenTeacher {

  /**
   * Freezes the part of a network that some of its vertices need.
   *
   * @param logitsForm the network's configuration in logits form
   * @param network the network with its weights, in any form with the same vertices
   * @param outputs the vertices to put out; the input may be among them, and is always there
   */
  public static FrozenNetwork of(
      ComputationGraphConfiguration logitsForm,
      ComputationGraph network,
      Collection<String> outputs) {
    List<String> taps =
        outputs.stream().filter(name -> !logitsForm.getNetworkInputs().contains(name)).toList();
    if (taps.isEmpty()) {
      taps = List.of(LogitsForm.logits(logitsForm));
    }
    ComputationGraphConfiguration conf = TeacherGraph.truncate(logitsForm, taps);
    ParameterLayout target = ParameterLayout.of(Networks.blank(conf));
    float[] parameters = ParameterLayout.of(network).convert(Networks.parameters(network), target);
    String json = conf.toJson();
    return new FrozenNetwork(json, parameters, taps, fingerprint(json, parameters, taps));
  }

  /**
   * The same network with other weights.
   *
   * @param others the flat vector
   */
  public FrozenNetwork with(float[] others) {
    return new FrozenNetwork(
        configuration, others, outputs, fingerprint(configuration, others, outputs));
  }

  /** Where its parameters lie in the flat vector. */
  public ParameterLayout layout() {
    return ParameterLayout.of(
        Networks.blank(ComputationGraphConfiguration.fromJson(configuration)));
  }

  /**
   * A running instance.
   *
   * @param shared weights that several instances may look at, from {@link #sharedWeights()}
   */
  public TeacherGraph materialise(SharedWeights shared) {
    return materialise(configuration, outputs, shared);
  }

  private static TeacherGraph materialise(
      String configuration, List<String> outputs, SharedWeights shared) {
    ComputationGraphConfiguration conf = ComputationGraphConfiguration.fromJson(configuration);
    GradientCorrections.replaceAttention(conf);
    ComputationGraph network = Networks.sharing(conf, shared.parameters());
    return new TeacherGraph(network, outputs, CompiledNetwork.of(network, shared.compiled()));
  }

  /** The weights as arrays. */
  public SharedWeights sharedWeights() {
    return SharedWeights.of(Networks.vector(parameters));
  }

  @Override
  public long bytes() {
    return (long) Float.BYTES * parameters.length;
  }

  /** Holds nothing of this network but its arrays: the vector on the heap may go. */
  @Override
  public LoadedTeacher load() {
    SharedWeights shared = sharedWeights();
    String json = configuration;
    List<String> taps = outputs;
    return () -> materialise(json, taps, shared);
  }

  private static String fingerprint(String json, float[] parameters, Collection<String> outputs) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      digest.update(json.getBytes(StandardCharsets.UTF_8));
      digest.update(String.join("\n", outputs).getBytes(StandardCharsets.UTF_8));
      ByteBuffer buffer = ByteBuffer.allocate(Float.BYTES * parameters.length);
      buffer.asFloatBuffer().put(parameters);
      return HexFormat.of().formatHex(digest.digest(buffer.array()));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("Every JVM has SHA-256", e);
    }
  }
}
