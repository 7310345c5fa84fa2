package io.limbeck.benchmarks.peer;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.limbeck.core.config.ConfigReader;
import io.limbeck.core.distiller.Distiller;
import io.limbeck.core.distiller.DistillerConfig;
import io.limbeck.core.network.NetworkDescription;
import io.limbeck.core.schema.Binder;
import io.limbeck.core.schema.Key;
import io.limbeck.dl4j.augment.BatchAugments;
import io.limbeck.dl4j.graph.ConnectorGraph;
import io.limbeck.dl4j.graph.Describer;
import io.limbeck.dl4j.graph.DistillationStep;
import io.limbeck.dl4j.graph.FrozenNetwork;
import io.limbeck.dl4j.graph.Networks;
import io.limbeck.dl4j.graph.StudentPlan;
import io.limbeck.dl4j.graph.TeacherGraph;
import io.limbeck.dl4j.graph.TrainingGraph;
import io.limbeck.dl4j.graph.TrainingOptions;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Collection;
import java.util.List;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.api.buffer.DataType;

/** A step with a teacher, as a config beside this class says. */
record Distilling(DistillationStep step, TeacherGraph teacher) {

  /**
   * What such a file has.
   *
   * @param distiller the block
   */
  record Config(@Key("Losses between student and teacher") DistillerConfig distiller) {}

  /**
   * Makes a step.
   *
   * @param config the file's name
   * @param student a network of the {@link Zoo}
   * @param teacher another one
   * @param options of the student's training
   */
  static Distilling of(String config, String student, String teacher, TrainingOptions options) {
    NetworkDescription ofStudent = described(student);
    NetworkDescription ofTeacher = described(teacher);
    Distiller distiller = new Distiller(read(config), "distiller", ofStudent, ofTeacher);
    TeacherGraph running = teacher(teacher, distiller.teacherVertices());
    TrainingGraph graph =
        TrainingGraph.of(
            Zoo.network(student),
            StudentPlan.of(distiller),
            new TrainingGraph.Surroundings(ofStudent, ofTeacher, running::parameter),
            options);
    ConnectorGraph frozen =
        ConnectorGraph.of(
            distiller.connectors().stream().filter(connector -> !connector.trains()).toList(),
            ofTeacher::shapeOf,
            running::parameter,
            DataType.FLOAT);
    BatchAugments none = new BatchAugments(List.of());
    return new Distilling(new DistillationStep(graph, running, frozen, distiller, none), running);
  }

  /**
   * A frozen network.
   *
   * @param name of the {@link Zoo}
   * @param vertices that are put out
   */
  static TeacherGraph teacher(String name, Collection<String> vertices) {
    ComputationGraphConfiguration conf = Zoo.network(name);
    FrozenNetwork frozen = FrozenNetwork.of(conf, Networks.fresh(conf), vertices);
    return frozen.materialise(frozen.sharedWeights());
  }

  private static NetworkDescription described(String name) {
    ComputationGraph network = Networks.fresh(Zoo.network(name));
    return Describer.describe(network, Zoo.INPUT);
  }

  private static DistillerConfig read(String config) {
    try (InputStream file = Distilling.class.getResourceAsStream(config)) {
      ObjectNode tree = (ObjectNode) new ObjectMapper().readTree(file);
      return new Binder<>(Config.class, ConfigReader.families()).bind(tree).distiller();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
