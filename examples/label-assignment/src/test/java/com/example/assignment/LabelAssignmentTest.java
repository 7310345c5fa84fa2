package com.example.assignment;

import static org.assertj.core.api.Assertions.assertThat;

import io.limbeck.core.delivery.DeliveryConfig;
import io.limbeck.core.delivery.DeliveryManager;
import io.limbeck.core.recorder.ModuleOutputs;
import io.limbeck.core.recorder.Recorder;
import io.limbeck.core.recorder.Recording;
import io.limbeck.dl4j.graph.RecordedNetwork;
import io.limbeck.spark.cli.Limbeck;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import javax.imageio.ImageIO;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

class LabelAssignmentTest {
  private static final int SHAPE = 8;
  private static final InputType INPUT =
      InputType.convolutional(DenseNetworks.SIDE, DenseNetworks.SIDE, 1);

  @TempDir private static Path dir;

  /** Where the shape of each test image is. */
  private static final List<Placed> TEST = new ArrayList<>();

  private record Placed(BufferedImage image, int label, int top, int left) {}

  @BeforeAll
  static void data() throws IOException {
    write("train", 180, 1, new ArrayList<>());
    write("test", 60, 2, TEST);
    DenseNetworks.main(new String[] {dir.toString()});
    System.setProperty("spark.master", "local[2]");
    System.setProperty("spark.ui.enabled", "false");
  }

  private static void write(String part, int count, long seed, List<Placed> placed)
      throws IOException {
    Random random = new Random(seed);
    for (int i = 0; i < count; i++) {
      Placed each = draw(i % DenseNetworks.CLASSES, random);
      placed.add(each);
      Path folder =
          Files.createDirectories(dir.resolve("data").resolve(part).resolve("" + each.label()));
      ImageIO.write(each.image(), "png", folder.resolve("%04d.png".formatted(i)).toFile());
    }
  }

  /** A frame, a plus or a cross in noise. */
  private static Placed draw(int label, Random random) {
    int side = DenseNetworks.SIDE;
    BufferedImage image = new BufferedImage(side, side, BufferedImage.TYPE_BYTE_GRAY);
    for (int pixel = 0; pixel < side * side; pixel++) {
      image.getRaster().setSample(pixel % side, pixel / side, 0, random.nextInt(100));
    }
    int top = random.nextInt(side - SHAPE + 1);
    int left = random.nextInt(side - SHAPE + 1);
    for (int y = 0; y < SHAPE; y++) {
      for (int x = 0; x < SHAPE; x++) {
        if (belongs(label, y, x)) {
          image.getRaster().setSample(left + x, top + y, 0, 200 + random.nextInt(56));
        }
      }
    }
    return new Placed(image, label, top, left);
  }

  private static boolean belongs(int label, int y, int x) {
    int last = SHAPE - 1;
    return switch (label) {
      case 0 -> y == 0 || x == 0 || y == last || x == last;
      case 1 -> y == SHAPE / 2 || x == SHAPE / 2 || y == last / 2 || x == last / 2;
      default -> y == x || y + x == last;
    };
  }

  private static int limbeck(String command, String... overrides) {
    String[] arguments = new String[2 + 2 * overrides.length];
    arguments[0] = command;
    arguments[1] = "label-assignment.json";
    for (int i = 0; i < overrides.length; i++) {
      arguments[2 + 2 * i] = "--set";
      arguments[3 + 2 * i] = overrides[i];
    }
    return Limbeck.execute(arguments);
  }

  @Test
  void student_pointsAtTheShapes() throws IOException {
    String train = "data.train.path=" + dir.resolve("data/train");
    String test = "data.test.path=" + dir.resolve("data/test");
    assertThat(
            limbeck(
                "run",
                train,
                test,
                "algorithm={type: Supervised, architecture: {type: ModelFile, path: '"
                    + dir.resolve("teacher.zip")
                    + "'}}",
                "output.dir=" + dir.resolve("teacher")))
        .isZero();
    assertThat(
            limbeck(
                "run",
                train,
                test,
                "algorithm.architecture.path=" + dir.resolve("student.zip"),
                "algorithm.teacher.path=" + dir.resolve("teacher/model.zip"),
                "output.dir=" + dir.resolve("out")))
        .isZero();
    ComputationGraph student =
        ComputationGraph.load(dir.resolve("out/student.zip").toFile(), false);
    // By chance: the shape covers about a sixteenth of the positions.
    assertThat(pointsAtShape(student)).isGreaterThan(0.5);
  }

  /** Part of the test images where the likeliest position of the image's class is on its shape. */
  private static double pointsAtShape(ComputationGraph network) {
    RecordedNetwork recorded = recorded(network);
    int hits = 0;
    for (Placed each : TEST) {
      try (Recording recording = recorded.forward(array(each.image()))) {
        INDArray map = ((INDArray) recording.get("scores", 0, null)).slice(0).slice(each.label());
        long best = map.dup('c').ravel().argMax().getLong(0);
        double cell = DenseNetworks.SIDE / (double) DenseNetworks.MAP;
        double y = (best / DenseNetworks.MAP + 0.5) * cell;
        double x = (best % DenseNetworks.MAP + 0.5) * cell;
        boolean hit =
            y >= each.top()
                && y <= each.top() + SHAPE
                && x >= each.left()
                && x <= each.left() + SHAPE;
        hits += hit ? 1 : 0;
      }
    }
    return hits / (double) TEST.size();
  }

  private static RecordedNetwork recorded(ComputationGraph network) {
    Map<String, Recorder> recorders =
        Map.of("scores", new ModuleOutputs("scores"), "assigned", new ModuleOutputs("assigned"));
    return RecordedNetwork.of(network, recorders, INPUT);
  }

  private static INDArray array(BufferedImage image) {
    INDArray array = Nd4j.zeros(DataType.FLOAT, 1, 1, image.getHeight(), image.getWidth());
    for (int y = 0; y < image.getHeight(); y++) {
      for (int x = 0; x < image.getWidth(); x++) {
        array.putScalar(new int[] {0, 0, y, x}, image.getRaster().getSample(x, y, 0) / 255.0);
      }
    }
    return array;
  }

  /**
   * The student's scores are taken where the teacher's assignment is, not where its own would be.
   */
  @Test
  void assignment_isTheTeachers() {
    RecordedNetwork student = recorded(DenseNetworks.network(1, 4, 8));
    RecordedNetwork teacher = recorded(DenseNetworks.network(2, 16, 32));
    INDArray image = array(TEST.get(0).image());
    DeliveryManager deliveries =
        new DeliveryManager(
            Map.of(
                "assignment",
                new DeliveryConfig.MethodOutputs(
                    "com.example.assignment.LabelAssignment#assign", 1)),
            "distill_deliveries");
    INDArray ofTeacher;
    try (Recording recording = teacher.forward(image)) {
      ofTeacher = new LabelAssignment(2).assign(scores(recording));
    }
    INDArray own;
    try (Recording recording = student.forward(image)) {
      own = new LabelAssignment(2).assign(scores(recording));
    }
    assertThat(own).isNotEqualTo(ofTeacher);
    try (DeliveryManager.Pass pass = deliveries.collect();
        Recording recording = teacher.forward(image)) {
      assertThat(scores(recording)).isNotNull();
    }
    try (DeliveryManager.Pass pass = deliveries.override();
        Recording recording = student.forward(image)) {
      INDArray assigned = (INDArray) recording.get("assigned", 0, null);
      INDArray there = scores(recording).mul(ofTeacher).sum(2, 3).div(2);
      assertThat(assigned.equalsWithEps(there, 1e-5)).isTrue();
    }
    deliveries.requireEmpty();
  }

  private static INDArray scores(Recording recording) {
    return (INDArray) recording.get("scores", 0, null);
  }
}
