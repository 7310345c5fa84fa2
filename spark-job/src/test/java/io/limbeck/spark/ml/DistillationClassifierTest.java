package io.limbeck.spark.ml;

import static io.limbeck.spark.ml.FrameFixture.VECTORS;
import static io.limbeck.spark.ml.FrameFixture.frame;
import static io.limbeck.spark.ml.FrameFixture.rows;
import static io.limbeck.spark.ml.FrameFixture.schema;
import static io.limbeck.spark.ml.FrameFixture.vectors;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.limbeck.core.error.UserException;
import io.limbeck.dl4j.store.ModelFile;
import io.limbeck.spark.TestSpark;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.Stream;
import org.apache.spark.ml.Pipeline;
import org.apache.spark.ml.PipelineModel;
import org.apache.spark.ml.PipelineStage;
import org.apache.spark.ml.attribute.Attribute;
import org.apache.spark.ml.attribute.AttributeGroup;
import org.apache.spark.ml.evaluation.MulticlassClassificationEvaluator;
import org.apache.spark.ml.feature.VectorAssembler;
import org.apache.spark.ml.linalg.SQLDataTypes;
import org.apache.spark.ml.linalg.Vector;
import org.apache.spark.ml.param.Param;
import org.apache.spark.ml.param.ParamMap;
import org.apache.spark.ml.tuning.CrossValidator;
import org.apache.spark.ml.tuning.CrossValidatorModel;
import org.apache.spark.ml.tuning.ParamGridBuilder;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.DataType;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** The Spark user's way: data frames, pipelines, grids and persistence all Spark ML's own. */
class DistillationClassifierTest {
  @TempDir Path dir;
  private FrameFixture fixture;

  @BeforeEach
  void writeTeacher() {
    fixture = new FrameFixture(dir);
  }

  private DistillationClassifier estimator(String... overrides) {
    return fixture.estimator(overrides);
  }

  private static byte[] bytes(DistillationClassificationModel model) {
    return ModelFile.write(model.network(), 1, 8, 8);
  }

  private static double accuracy(Dataset<Row> predicted) {
    return new MulticlassClassificationEvaluator().setMetricName("accuracy").evaluate(predicted);
  }

  @ParameterizedTest
  @ValueSource(strings = {"vector", "array<double>", "binary"})
  void examples_maybeVectorsListsOrBytes(String type) {
    DataType features = type.equals("vector") ? SQLDataTypes.VectorType() : DataType.fromDDL(type);
    Dataset<Row> data = frame(rows(80, features), schema(features));
    DistillationClassificationModel model =
        estimator().setValidationIndicatorCol("held_out").fit(data);
    assertThat(accuracy(model.transform(data))).isGreaterThan(0.95);
    assertThat(model.report().examples()).containsEntry("train", 60L);
    assertThat(model.report().examples()).containsEntry("validation", 20L);
  }

  @Test
  void transform_addsWhatTheStudentPutsOut() {
    Dataset<Row> data = vectors();
    DistillationClassificationModel model = estimator().fit(data);
    Dataset<Row> predicted = model.transform(data);
    ComputationGraph student = model.network();
    for (Row row : predicted.collectAsList()) {
      double[] pixels = row.<Vector>getAs("features").toArray();
      INDArray input =
          Nd4j.createFromArray(pixels).castTo(org.nd4j.linalg.api.buffer.DataType.FLOAT);
      double[] expected =
          student.outputSingle(input.divi(255).reshape(1, 1, 8, 8)).toDoubleVector();
      double[] probability = row.<Vector>getAs("probability").toArray();
      double[] logits = row.<Vector>getAs("logits").toArray();
      for (int c = 0; c < expected.length; c++) {
        assertThat(probability[c]).isCloseTo(expected[c], within(1e-5));
        assertThat(Math.exp(logits[c] - logits[0]))
            .isCloseTo(
                probability[c] / probability[0], within(1e-5 * probability[c] / probability[0]));
      }
      assertThat(row.<Double>getAs("prediction"))
          .isEqualTo(Nd4j.createFromArray(logits).argMax().getDouble());
    }
  }

  @Test
  void schema_keepsWhatIsKnownOfColumns_andTellsTheClasses() {
    Dataset<Row> data =
        vectors().withColumn("features", functions.col("features"), group("features", 64));
    DistillationClassificationModel model = estimator().fit(data);
    Dataset<Row> predicted = model.transform(data);
    assertThat(predicted.schema()).isEqualTo(model.transformSchema(data.schema()));
    assertThat(predicted.columns())
        .containsExactly("features", "label", "held_out", "logits", "probability", "prediction");
    assertThat(AttributeGroup.fromStructField(predicted.schema().apply("features")).size())
        .isEqualTo(64);
    assertThat(AttributeGroup.fromStructField(predicted.schema().apply("probability")).size())
        .isEqualTo(3);
    assertThat(Attribute.fromStructField(predicted.schema().apply("prediction")).isNominal())
        .isTrue();
    assertThat(
            model
                .setLogitsCol("")
                .setProbabilityCol("")
                .setPredictionCol("class")
                .transform(data)
                .columns())
        .containsExactly("features", "label", "held_out", "class");
  }

  private static org.apache.spark.sql.types.Metadata group(String name, int size) {
    return new AttributeGroup(name, size).toMetadata();
  }

  @Test
  void predictionsOfARow_doNotDependOnOthers() {
    Dataset<Row> data = vectors();
    DistillationClassificationModel model = estimator().fit(data);
    List<Row> together = model.transform(data.coalesce(1)).select("logits").collectAsList();
    List<Row> apart =
        model
            .transform(data.repartition(7))
            .select("features", "logits")
            .join(
                data.withColumn("at", functions.monotonically_increasing_id())
                    .select("features", "at"),
                "features")
            .orderBy("at")
            .select("logits")
            .collectAsList();
    assertThat(apart).isEqualTo(together);
  }

  @Test
  void student_isTheSameToTheBit_inWhateverOrderRowsOfAPartitionCome() {
    List<Row> rows = rows(80, SQLDataTypes.VectorType());
    List<Row> backwards = new ArrayList<>(rows);
    Collections.reverse(backwards.subList(0, 40));
    Collections.reverse(backwards.subList(40, 80));
    DistillationClassifier estimator = estimator().setValidationIndicatorCol("held_out");
    byte[] first = bytes(estimator.fit(frame(rows, VECTORS)));
    assertThat(bytes(estimator.fit(frame(backwards, VECTORS)))).isEqualTo(first);
    assertThat(bytes(estimator.setSeed(2).fit(frame(rows, VECTORS)))).isNotEqualTo(first);
  }

  @Test
  void estimatorAndModel_areSavedAndRead() throws IOException {
    Dataset<Row> data = vectors();
    DistillationClassifier estimator =
        estimator().setPredictionCol("class").setValidationIndicatorCol("held_out").setSeed(3);
    String path = dir.resolve("estimator").toString();
    estimator.save(path);
    DistillationClassifier read = DistillationClassifier.load(path);
    assertThat(read.uid()).isEqualTo(estimator.uid());
    for (Param<?> param : estimator.params()) {
      assertThat(read.get(read.getParam(param.name())))
          .as(param.name())
          .usingRecursiveComparison()
          .isEqualTo(estimator.get(param));
    }
    DistillationClassificationModel model = estimator.fit(data);
    assertThat(bytes(read.fit(data))).isEqualTo(bytes(model));

    String modelPath = dir.resolve("model").toString();
    model.write().overwrite().save(modelPath);
    DistillationClassificationModel again = DistillationClassificationModel.load(modelPath);
    assertThat(again.uid()).isEqualTo(model.uid()).isEqualTo(estimator.uid());
    assertThat(again.report()).isEqualTo(model.report());
    assertThat(again.transform(data).collectAsList())
        .isEqualTo(model.transform(data).collectAsList());
    assertThat(again.copy(ParamMap.empty()).getPredictionCol()).isEqualTo("class");

    Files.write(dir.resolve("model/student.zip"), new byte[] {1, 2, 3});
    assertThatThrownBy(() -> DistillationClassificationModel.load(modelPath).network())
        .isInstanceOf(UserException.class)
        .hasMessageContaining("student.zip");
    Files.delete(dir.resolve("model/report.json"));
    assertThatThrownBy(() -> DistillationClassificationModel.load(modelPath))
        .isInstanceOf(UserException.class)
        .hasMessageContaining("model/report.json\", which does not exist");
  }

  @Test
  void pipeline_isFittedSavedAndRead() throws IOException {
    Dataset<Row> data = vectors().withColumn("values", functions.col("features")).drop("features");
    Pipeline pipeline =
        new Pipeline()
            .setStages(
                new PipelineStage[] {
                  new VectorAssembler()
                      .setInputCols(new String[] {"values"})
                      .setOutputCol("features"),
                  estimator()
                });
    String path = dir.resolve("pipeline").toString();
    pipeline.save(path);
    PipelineModel model = Pipeline.load(path).fit(data);
    model.write().overwrite().save(path);
    Dataset<Row> predicted = PipelineModel.load(path).transform(data);
    assertThat(accuracy(predicted)).isGreaterThan(0.95);
    assertThat(predicted.select("logits").collectAsList())
        .isEqualTo(model.transform(data).select("logits").collectAsList());
  }

  @Test
  void grid_takesKeysOfTheExperiment() {
    DistillationClassifier estimator = estimator();
    String[] bad = estimator("schedule.updater.learning_rate=0.0000001").getOverrides();
    CrossValidatorModel best =
        new CrossValidator()
            .setEstimator(estimator)
            .setEvaluator(new MulticlassClassificationEvaluator().setMetricName("accuracy"))
            .setEstimatorParamMaps(
                new ParamGridBuilder()
                    .addGrid(
                        estimator.overrides(),
                        scala.collection.JavaConverters.asScalaBuffer(
                            List.of(bad, estimator.getOverrides())))
                    .build())
            .setNumFolds(2)
            .fit(vectors());
    assertThat(best.avgMetrics()[1]).isGreaterThan(best.avgMetrics()[0]);
  }

  @Test
  void outputDir_keepsResults_andAFitGoesOnFromThere() throws IOException {
    Dataset<Row> data = vectors();
    Path out = dir.resolve("kept");
    DistillationClassifier estimator = estimator().setOutputDir(out.toString());
    byte[] first = bytes(estimator.fit(data));
    assertThat(out.resolve("report.json")).exists();
    assertThat(out.resolve("checkpoints/distilled-seed-1")).isDirectory();
    Object written = Files.getLastModifiedTime(out.resolve("config.json"));
    assertThat(bytes(estimator.fit(data))).isEqualTo(first);
    assertThat(Files.getLastModifiedTime(out.resolve("config.json"))).isEqualTo(written);
    assertThatThrownBy(() -> estimator.setMaxIter(2).fit(data))
        .isInstanceOf(UserException.class)
        .hasMessageContaining("where another experiment began")
        .hasMessageContaining("'schedule.epochs' was 8 and is 2");
  }

  @Test
  void withoutOutputDir_nothingIsLeft_norIsTheJobDescriptionChanged() throws IOException {
    TestSpark.forgetAll();
    Path temporary = Path.of(System.getProperty("java.io.tmpdir"));
    List<Path> before = folders(temporary);
    TestSpark.context().setJobDescription("mine");
    estimator().setMaxIter(1).fit(vectors());
    assertThat(TestSpark.context().getLocalProperty("spark.job.description")).isEqualTo("mine");
    TestSpark.context().setJobDescription(null);
    assertThat(folders(temporary)).isEqualTo(before);
    assertThat(TestSpark.context().getPersistentRDDs()).isEmpty();
  }

  private static List<Path> folders(Path in) throws IOException {
    try (Stream<Path> all = Files.list(in)) {
      return all.filter(each -> each.getFileName().toString().startsWith("limbeck"))
          .sorted()
          .toList();
    }
  }
}
