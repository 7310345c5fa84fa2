package io.limbeck.spark.cli;

import io.limbeck.core.config.Distillation;
import io.limbeck.core.config.ExperimentConfig;
import io.limbeck.core.config.MultiStage;
import io.limbeck.core.config.SelfDistill;
import io.limbeck.core.config.SingleTeacherDistill;
import io.limbeck.core.distiller.RecordReference;
import io.limbeck.core.error.Names;
import io.limbeck.core.error.UserException;
import io.limbeck.core.network.DataSamples;
import io.limbeck.core.recorder.Recorder;
import io.limbeck.core.recorder.Recording;
import io.limbeck.dl4j.graph.RecordedNetwork;
import io.limbeck.spark.data.Batch;
import io.limbeck.spark.data.DataLoader;
import io.limbeck.spark.model.ModelFactory;
import io.limbeck.spark.model.TeacherModel;
import io.limbeck.spark.source.Part;
import io.limbeck.spark.storage.Storage;
import io.limbeck.spark.visual.ChannelReduction;
import io.limbeck.spark.visual.FeatureFigure;
import io.limbeck.spark.visual.FeaturePair;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.apache.spark.sql.SparkSession;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.api.ndarray.INDArray;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Draws what recorders capture in student and teacher. */
@Command(
    name = "visualize",
    mixinStandardHelpOptions = true,
    description = {
      "Draw the feature maps that a config's losses compare: student and teacher side by side, and their difference,"
          + " one PNG for each pair of recorded values."
    })
final class VisualizeCommand implements Callable<Integer>, Verbosity.Aware {
  @Parameters(paramLabel = "CONFIG", description = "Experiment file whose recorders are used.")
  private Path config;

  @Option(
      names = "--student",
      paramLabel = "MODEL",
      description = "Trained student, a DL4J zip. Default: student.zip of the config's output.dir.")
  private String student;

  @Option(
      names = "--recorder",
      paramLabel = "NAME",
      split = ",",
      description = "Draw only pairs in which the student's or teacher's recorder has this name.")
  private List<String> recorders = new ArrayList<>();

  @Option(
      names = "--part",
      defaultValue = "TEST",
      description = "Part of the data: ${COMPLETION-CANDIDATES}. Default: ${DEFAULT-VALUE}.")
  private Part part;

  @Option(
      names = "--samples",
      paramLabel = "NUMBER",
      split = ",",
      defaultValue = "0,1,2,3",
      description =
          "Numbers of the examples to draw, in the order of the part's files, from 0."
              + " Default: ${DEFAULT-VALUE}.")
  private List<Long> samples;

  @Option(
      names = "--reduce",
      defaultValue = "SQUEEZE_MEAN",
      description = {
        "How channels become one picture: SQUEEZE_MEAN their mean, SELECT_MAX the one with the largest sum, ATTENTION"
            + " their mean square. Default: ${DEFAULT-VALUE}."
      })
  private ChannelReduction reduction;

  @Option(
      names = "--out",
      paramLabel = "FOLDER",
      description =
          "Where the pictures go. Default: the folder features in the config's output.dir.")
  private String out;

  @Mixin private ConfigOptions options;
  @Mixin private Verbosity verbosity;

  @Override
  public Integer call() {
    ExperimentConfig experiment = options.read(config);
    if (!(experiment.algorithm() instanceof Distillation algorithm)
        || !(algorithm instanceof SingleTeacherDistill || algorithm instanceof SelfDistill)) {
      throw new UserException(
          "'algorithm.type' is %s, but what is drawn is of a SingleTeacherDistill or a SelfDistill%s"
              .formatted(
                  experiment.algorithm().getClass().getSimpleName(),
                  experiment.algorithm() instanceof MultiStage
                      ? ": name the config.json in the folder of a stage's run"
                      : ""));
    }
    Map<String, FeaturePair> pairs = wanted(FeaturePair.of(algorithm.distiller()));
    SparkSession spark = verbosity.session("limbeck visualize " + experiment.name());
    try {
      Storage storage = new Storage(spark.sparkContext().hadoopConfiguration());
      draw(pairs, experiment, algorithm, new DataLoader(spark, experiment.data()), storage);
      return 0;
    } finally {
      verbosity.stop(spark);
    }
  }

  private Map<String, FeaturePair> wanted(Map<String, FeaturePair> all) {
    List<String> known =
        all.values().stream()
            .flatMap(pair -> List.of(pair.student(), pair.teacher()).stream())
            .map(RecordReference::recorder)
            .distinct()
            .toList();
    for (String recorder : recorders) {
      if (!known.contains(recorder)) {
        throw new UserException(
            "--recorder \"%s\" is in no loss that compares student and teacher, %s"
                .formatted(recorder, Names.suggestion(recorder, known)));
      }
    }
    Map<String, FeaturePair> wanted = new LinkedHashMap<>(all);
    wanted
        .values()
        .removeIf(
            pair ->
                !recorders.isEmpty()
                    && !recorders.contains(pair.student().recorder())
                    && !recorders.contains(pair.teacher().recorder()));
    return wanted;
  }

  private void draw(
      Map<String, FeaturePair> pairs,
      ExperimentConfig experiment,
      Distillation algorithm,
      DataLoader loader,
      Storage storage) {
    int[] shape = loader.shape();
    ModelFactory factory = new ModelFactory(storage, shape, experiment.data());
    ComputationGraph trained = trained(factory, experiment, storage);
    RecordedNetwork ofStudent =
        recorded(factory, trained, algorithm.distiller().studentRecorders(), "student_recorders");
    RecordedNetwork ofTeacher = teacher(factory, algorithm, trained);
    Batch batch = loader.examples(part, shape, samples);
    String folder = out == null ? experiment.output().dir() + "/features" : out;
    int drawn = 0;
    try (Recording student = forward(ofStudent, batch);
        Recording teacher = forward(ofTeacher, batch)) {
      for (Map.Entry<String, FeaturePair> pair : pairs.entrySet()) {
        drawn += draw(pair.getKey(), pair.getValue(), student, teacher, batch, folder, storage);
      }
    }
    if (drawn == 0) {
      throw new UserException(
          "There is nothing to draw: no loss compares feature maps [batch, channels, height, width] of student and"
              + " teacher");
    }
  }

  private static RecordedNetwork teacher(
      ModelFactory factory, Distillation algorithm, ComputationGraph trained) {
    Map<String, Recorder> recorders = algorithm.distiller().teacherRecorders();
    if (!(algorithm instanceof SingleTeacherDistill single)) {
      return recorded(factory, trained, recorders, "teacher_recorders");
    }
    TeacherModel model =
        factory.frozenTeacher(
            single.teacher(),
            single.teacherCkpt(),
            single.teacherNormEval(),
            "algorithm.teacher",
            "algorithm.teacher_ckpt");
    return RecordedNetwork.of(
        model.description(), model::upTo, recorders, "algorithm.distiller.teacher_recorders");
  }

  private ComputationGraph trained(
      ModelFactory factory, ExperimentConfig experiment, Storage storage) {
    String file = student == null ? experiment.output().dir() + "/student.zip" : student;
    if (student == null && !storage.exists(file)) {
      throw new UserException(
          "There is no student at %s: run the experiment first, or name a model with --student"
              .formatted(file));
    }
    return factory.file(file, "--student");
  }

  private static RecordedNetwork recorded(
      ModelFactory factory,
      ComputationGraph network,
      Map<String, Recorder> recorders,
      String block) {
    return RecordedNetwork.of(network, recorders, factory.input(), "algorithm.distiller." + block);
  }

  private static Recording forward(RecordedNetwork network, Batch batch) {
    return network.forward(
        batch.features(), new DataSamples(batch.labels(), batch.sampleIdx(), null));
  }

  /** How many figures were drawn: one, or none where the values are no maps. */
  private int draw(
      String name,
      FeaturePair pair,
      Recording student,
      Recording teacher,
      Batch batch,
      String folder,
      Storage storage) {
    Object ofStudent = value(student, pair.student());
    Object ofTeacher = value(teacher, pair.teacher());
    if (!FeatureFigure.isMap(ofStudent) || !FeatureFigure.isMap(ofTeacher)) {
      System.out.printf("%s: no feature maps%n", name);
      return 0;
    }
    String file = folder + "/" + name + ".png";
    storage.write(
        file,
        FeatureFigure.png(
            batch.features(),
            captions(batch),
            (INDArray) ofStudent,
            (INDArray) ofTeacher,
            reduction));
    System.out.println(file);
    return 1;
  }

  private static Object value(Recording recording, RecordReference reference) {
    return recording.get(reference.recorder(), reference.recordIdx(), reference.dataIdx());
  }

  private List<List<String>> captions(Batch batch) {
    boolean ofPixels = batch.labels().rank() > 2;
    int[] labels = ofPixels ? null : batch.labels().argMax(1).toIntVector();
    List<List<String>> captions = new ArrayList<>();
    for (int i = 0; i < batch.size(); i++) {
      String example = "example " + samples.get(i);
      captions.add(ofPixels ? List.of(example) : List.of(example, "class " + labels[i]));
    }
    return captions;
  }

  @Override
  public Verbosity verbosity() {
    return verbosity;
  }
}
