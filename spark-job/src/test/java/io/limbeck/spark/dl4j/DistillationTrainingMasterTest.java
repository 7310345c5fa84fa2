package io.limbeck.spark.dl4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.limbeck.core.config.AveragingConfig;
import io.limbeck.core.config.AveragingConfig.UpdaterState;
import io.limbeck.core.config.ScheduleConfig;
import io.limbeck.core.distiller.DistillerConfig;
import io.limbeck.core.distiller.RecordReference;
import io.limbeck.core.error.UserException;
import io.limbeck.core.loss.Reduction;
import io.limbeck.core.loss.logit.KLDivergence;
import io.limbeck.core.network.Side;
import io.limbeck.core.recorder.ModuleOutputs;
import io.limbeck.dl4j.graph.Networks;
import io.limbeck.spark.TestSpark;
import io.limbeck.spark.monitor.DistillationEvent;
import io.limbeck.spark.worker.DistillationWorker;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerEvent;
import org.apache.spark.scheduler.SparkListenerJobStart;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.optimize.api.BaseTrainingListener;
import org.deeplearning4j.spark.impl.graph.SparkComputationGraph;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.evaluation.classification.Evaluation;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.dataset.api.MultiDataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.lossfunctions.LossFunctions;

/** The DL4J user's way: networks, data sets and evaluation all DL4J's own. */
class DistillationTrainingMasterTest {
  @TempDir Path dir;

  private static ComputationGraph network(int hidden, long seed) {
    ComputationGraphConfiguration conf =
        new NeuralNetConfiguration.Builder()
            .seed(seed)
            .graphBuilder()
            .addInputs("in")
            .setInputTypes(InputType.feedForward(4))
            .addLayer(
                "hidden",
                new DenseLayer.Builder().nOut(hidden).activation(Activation.TANH).build(),
                "in")
            .addLayer(
                "out",
                new OutputLayer.Builder(LossFunctions.LossFunction.MCXENT)
                    .activation(Activation.SOFTMAX)
                    .nOut(3)
                    .build(),
                "hidden")
            .setOutputs("out")
            .build();
    return Networks.fresh(conf);
  }

  private static List<DataSet> data(int batches) {
    Random random = new Random(5);
    List<DataSet> data = new ArrayList<>();
    for (int b = 0; b < batches; b++) {
      float[] features = new float[8 * 4];
      float[] labels = new float[8 * 3];
      for (int i = 0; i < 8; i++) {
        int label = random.nextInt(3);
        labels[i * 3 + label] = 1;
        for (int f = 0; f < 4; f++) {
          features[i * 4 + f] = (float) (random.nextGaussian() * 0.3 + (f == label ? 1 : 0));
        }
      }
      data.add(
          new DataSet(
              Nd4j.createFromArray(features).reshape(8, 4),
              Nd4j.createFromArray(labels).reshape(8, 3)));
    }
    return data;
  }

  private static DistillationTrainingMaster master(ComputationGraph teacher) {
    DistillerConfig distiller =
        new DistillerConfig.ConfigurableDistiller(
            Map.of("logits", new ModuleOutputs("out")),
            Map.of("logits", new ModuleOutputs("out")),
            Map.of("loss_kl", new KLDivergence(2, Reduction.BATCH_MEAN, 1, true, false)),
            Map.of(
                "loss_kl",
                Map.of(
                    "preds_S", RecordReference.of(Side.STUDENT, "logits"),
                    "preds_T", RecordReference.of(Side.TEACHER, "logits"))));
    return new DistillationTrainingMaster(
        teacher,
        distiller,
        new ScheduleConfig(
            10, 8, new ScheduleConfig.Nesterovs(0.1, 0.9), 0, new ScheduleConfig.Constant(0)),
        new AveragingConfig(null, 3, true, UpdaterState.AVERAGE),
        0.5,
        1);
  }

  @Test
  void fit_learns_andSparkComputationGraphEvaluates() {
    TestSpark.forgetAll();
    ComputationGraph teacher = network(20, 1);
    for (int epoch = 0; epoch < 60; epoch++) {
      data(20).forEach(teacher::fit);
    }
    ComputationGraph student = network(5, 2);
    DistillationTrainingMaster master = master(teacher);
    SparkComputationGraph spark = new SparkComputationGraph(TestSpark.context(), student, master);
    JavaRDD<DataSet> rdd = TestSpark.context().parallelize(data(20), 3);
    List<Double> scores = new ArrayList<>();
    spark.setListeners(
        new BaseTrainingListener() {
          @Override
          public void iterationDone(Model model, int iteration, int epoch) {
            scores.add(model.score());
          }
        });
    INDArray before = student.params().dup();
    for (int epoch = 0; epoch < 10; epoch++) {
      spark.fit(rdd);
    }
    Evaluation evaluation = spark.evaluate(rdd);
    assertThat(evaluation.accuracy()).isGreaterThan(0.9);
    assertThat(student.params().equalsWithEps(before, 1e-3)).isFalse();
    assertThat(scores).hasSize(10 * 3);
    assertThat(scores.get(29)).isLessThan(scores.get(0));
    assertThat(TestSpark.context().getPersistentRDDs()).isEmpty();
    assertThat(master.deleteTempFiles(TestSpark.context())).isTrue();
  }

  /** The second RDD has more mini-batches than the first: none may be left out. */
  @Test
  void fit_anotherRdd_isLearntWhole() {
    DistillationTrainingMaster master = master(network(20, 1));
    SparkComputationGraph spark =
        new SparkComputationGraph(TestSpark.context(), network(5, 2), master);
    List<Integer> rounds = new ArrayList<>();
    spark.setListeners(
        new BaseTrainingListener() {
          @Override
          public void iterationDone(Model model, int iteration, int epoch) {
            rounds.add(epoch);
          }
        });
    spark.fit(TestSpark.context().parallelize(data(3), 1));
    spark.fit(TestSpark.context().parallelize(data(9), 1));
    assertThat(rounds).containsExactly(0, 1, 1, 1);
  }

  /** What the Spark UI's tab and the metrics are made of. */
  @Test
  void fit_tellsSparksListeners_andCallsItsJobsByWhatTheyDo() throws Exception {
    List<DistillationEvent> told = new CopyOnWriteArrayList<>();
    List<String> jobs = new CopyOnWriteArrayList<>();
    SparkListener listener =
        new SparkListener() {
          @Override
          public void onJobStart(SparkListenerJobStart job) {
            jobs.add(job.properties().getProperty("spark.job.description"));
          }

          @Override
          public void onOtherEvent(SparkListenerEvent event) {
            if (event instanceof DistillationEvent ours) {
              told.add(ours);
            }
          }
        };
    TestSpark.context().sc().addSparkListener(listener);
    SparkComputationGraph spark =
        new SparkComputationGraph(TestSpark.context(), network(5, 2), master(network(20, 1)));
    TestSpark.context().setJobDescription("mine");
    try {
      spark.fit(TestSpark.context().parallelize(data(9), 1));
      spark.fit(TestSpark.context().parallelize(data(9), 1));
      TestSpark.context().sc().listenerBus().waitUntilEmpty();
      assertThat(TestSpark.context().getLocalProperty("spark.job.description")).isEqualTo("mine");
    } finally {
      TestSpark.context().setJobDescription(null);
      TestSpark.context().sc().removeSparkListener(listener);
    }
    assertThat(jobs)
        .contains("look at the examples", "distilled: epoch 2 / 10, round 2 / 3")
        .doesNotContain("mine");
    assertThat(told.get(0)).isInstanceOf(DistillationEvent.RunStarted.class);
    assertThat(told.subList(1, told.size()))
        .hasSize(6)
        .allSatisfy(event -> assertThat(event).isInstanceOf(DistillationEvent.RoundDone.class));
  }

  @Test
  void fitMultiDataSet_sameAsDataSets_toTheBit() {
    ComputationGraph teacher = network(20, 1);
    ComputationGraph first = network(5, 2);
    ComputationGraph second = network(5, 2);
    JavaRDD<DataSet> rdd = TestSpark.context().parallelize(data(7), 2);
    JavaRDD<MultiDataSet> multi = rdd.map(DataSet::toMultiDataSet);
    new SparkComputationGraph(TestSpark.context(), first, master(teacher)).fit(rdd);
    new SparkComputationGraph(TestSpark.context(), second, master(teacher)).fitMultiDataSet(multi);
    assertThat(first.params().equalsWithEps(second.params(), 0)).isTrue();
  }

  @Test
  void fitPaths_readsDataSetsFromFiles() {
    List<DataSet> data = data(4);
    for (int i = 0; i < data.size(); i++) {
      data.get(i).save(dir.resolve("data-" + i + ".bin").toFile());
    }
    ComputationGraph student = network(5, 2);
    INDArray before = student.params().dup();
    new SparkComputationGraph(TestSpark.context(), student, master(network(20, 1)))
        .fit(dir.toString());
    assertThat(student.params().equalsWithEps(before, 1e-4)).isFalse();
  }

  @Test
  void worker_distils_asATrainingWorker() {
    ComputationGraph student = network(5, 2);
    DistillationTrainingMaster master = master(network(20, 1));
    SparkComputationGraph spark = new SparkComputationGraph(TestSpark.context(), student, master);
    assertThatThrownBy(() -> master.getWorkerInstance(spark))
        .hasMessage("There is a worker once fit has been called");
    spark.fit(TestSpark.context().parallelize(data(4), 2));
    DistillationWorker worker = master.getWorkerInstance(spark);
    ComputationGraph graph = worker.getInitialModelGraph();
    assertThat(worker.processMinibatch(data(1).get(0), graph, true)).isNull();
    var result = worker.getFinalResult(graph);
    assertThat(result.examples()).isEqualTo(8);
    assertThat(result.lossSums().keySet()).containsExactly("distill.loss_kl", "student.loss");
    assertThat(result.learnt().bytes()).isEqualTo(4 * student.numParams());
  }

  @Test
  void toJson_tellsTheSettings() {
    assertThat(master(network(20, 1)).toJson())
        .contains("\"student_loss_weight\":0.5", "\"type\":\"KLDivergence\"", "\"frequency\":3");
    assertThat(master(network(20, 1)).toYaml()).contains("student_loss_weight: 0.5");
  }

  @Test
  void fromJson_readsWhatToJsonWrites_andTellsMistakes() {
    ComputationGraph teacher = network(20, 1);
    String json = master(teacher).toJson();
    String yaml = master(teacher).toYaml();
    assertThat(DistillationTrainingMaster.fromJson(teacher, json).toJson()).isEqualTo(json);
    assertThat(DistillationTrainingMaster.fromYaml(teacher, yaml).toYaml()).isEqualTo(yaml);
    assertMistake(json.replace("\"frequency\"", "\"frequencies\""), "'averaging.frequencies'");
    assertMistake(json.replace("\"frequency\"", "\"frequencies\""), "frequency");
    assertMistake("{}", "'distiller' is missing");
    assertMistake("[]", "The settings must be an object with keys such as 'distiller'");
    assertMistake("{\"seed\": ", "The settings cannot be read, line 1, column 10");
    assertMistake(
        json.replace("\"weighted\":true", "\"weighted\":true,\"recompute_batch_norm\":3"),
        "'averaging.recompute_batch_norm' belongs to an evaluation");
  }

  private static void assertMistake(String json, String message) {
    ComputationGraph teacher = network(20, 1);
    assertThatThrownBy(() -> DistillationTrainingMaster.fromJson(teacher, json))
        .isInstanceOf(UserException.class)
        .hasMessageContaining(message);
  }
}
