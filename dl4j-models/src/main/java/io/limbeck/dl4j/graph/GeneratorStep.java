package io.limbeck.dl4j.graph;

import io.limbeck.core.distiller.Distiller;
import io.limbeck.core.network.NetworkDescription;
import io.limbeck.core.network.Teacher;
import io.limbeck.dl4j.augment.BatchAugments;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.indexing.NDArrayIndex;

/**
 * A generator, and the step from which it alone learns: what losses say of the student's and the
 * teachers' answers to its images. The student there is a copy, so nothing of the step is left on
 * the student itself.
 */
public final class GeneratorStep {
  private final DistillationStep step;
  private final ComputationGraph generator;
  private final Map<String, INDArray> studentParameters;

  private GeneratorStep(
      DistillationStep step, ComputationGraph generator, Map<String, INDArray> studentParameters) {
    this.step = step;
    this.generator = generator;
    this.studentParameters = studentParameters;
  }

  /**
   * Makes a step with fresh weights of the generator.
   *
   * @param generatorConf the generator
   * @param studentConf the student in logits form
   * @param teachers by name
   * @param distiller the generator's losses
   * @param described student and teachers as one
   * @param options with {@link Learners#GENERATOR}
   */
  public static GeneratorStep of(
      ComputationGraphConfiguration generatorConf,
      ComputationGraphConfiguration studentConf,
      Map<String, TeacherGraph> teachers,
      Distiller distiller,
      NetworkDescription described,
      TrainingOptions options) {
    TrainingGraph graph =
        TrainingGraph.of(
            ImagePath.join(generatorConf, studentConf, teachers),
            StudentPlan.ofItself(distiller),
            new TrainingGraph.Surroundings(described, described, name -> null),
            options);
    ComputationGraph joined = graph.network();
    ComputationGraph fresh = Networks.fresh(generatorConf);
    INDArray own =
        joined.params().get(NDArrayIndex.all(), NDArrayIndex.interval(0, fresh.numParams()));
    own.assign(fresh.params());
    ComputationGraph generator = Networks.sharing(generatorConf, own);
    requireSameOrder(generator, joined);
    Teacher ensemble = new TeacherEnsemble(studentConf.getNetworkInputs().get(0), teachers);
    Map<String, INDArray> ofStudent = new LinkedHashMap<>();
    joined
        .getConfiguration()
        .getVertices()
        .keySet()
        .forEach(vertex -> takeParameters(vertex, joined, ensemble, studentConf, ofStudent));
    return new GeneratorStep(
        DistillationStep.self(graph, distiller, new BatchAugments(List.of())),
        generator,
        ofStudent);
  }

  /** Everything else takes the images, so the generator's parameters come first. */
  private static void requireSameOrder(ComputationGraph generator, ComputationGraph joined) {
    List<ParameterLayout.Segment> own = ParameterLayout.of(generator).segments();
    if (!ParameterLayout.of(joined).segments().subList(0, own.size()).equals(own)) {
      throw new IllegalStateException("The generator's parameters are not the first of the graph");
    }
  }

  private static void takeParameters(
      String vertex,
      ComputationGraph joined,
      Teacher teachers,
      ComputationGraphConfiguration studentConf,
      Map<String, INDArray> ofStudent) {
    var layer = joined.getLayer(vertex);
    if (layer == null) {
      return;
    }
    layer
        .paramTable(false)
        .forEach(
            (parameter, value) -> {
              String name = vertex + "/" + parameter;
              if (studentConf.getVertices().containsKey(vertex)) {
                ofStudent.put(name, value);
              } else {
                INDArray taught = teachers.parameter(name);
                if (taught != null) {
                  value.assign(taught);
                }
              }
            });
  }

  /** The step in the joined graph. */
  DistillationStep step() {
    return step;
  }

  /** The generator; its parameters are those that the step moves. */
  public ComputationGraph generator() {
    return generator;
  }

  /** The graph of generator, student and teachers, whose updater moves the generator. */
  public ComputationGraph joined() {
    return step.student().network();
  }

  /**
   * Images that nothing is learnt from.
   *
   * @param noise {@code [batch, latent]}
   */
  public INDArray images(INDArray noise) {
    return generator.output(true, noise)[0];
  }

  /**
   * Trains the generator on one mini-batch of noise.
   *
   * @param noise {@code [batch, latent]}
   * @param student as it is now
   * @param epoch epochs since the start of training, with fractions
   * @return each loss by name, {@code generator.NAME}
   */
  public Map<String, Double> run(INDArray noise, ComputationGraph student, double epoch) {
    studentParameters.forEach(
        (name, copy) -> {
          int slash = name.lastIndexOf('/');
          copy.assign(
              student
                  .getLayer(name.substring(0, slash))
                  .paramTable(false)
                  .get(name.substring(slash + 1)));
        });
    Map<String, Double> losses = new LinkedHashMap<>();
    DistillationStep.Batch batch = DistillationStep.Batch.of(noise, null);
    step.run(
            new DistillationStep.Batch(noise, null, batch.samples(), batch.fullSize(), null, epoch))
        .forEach((name, loss) -> losses.put(name.replaceFirst("^distill", "generator"), loss));
    return losses;
  }
}
