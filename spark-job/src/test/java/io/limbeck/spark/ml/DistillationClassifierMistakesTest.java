package io.limbeck.spark.ml;

import static io.limbeck.spark.ml.FrameFixture.VECTORS;
import static io.limbeck.spark.ml.FrameFixture.frame;
import static io.limbeck.spark.ml.FrameFixture.rows;
import static io.limbeck.spark.ml.FrameFixture.vectors;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.limbeck.core.error.UserException;
import io.limbeck.spark.TestSpark;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.spark.ml.linalg.SQLDataTypes;
import org.apache.spark.ml.linalg.Vectors;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is wrong with params, experiment or rows is told in their own words. */
class DistillationClassifierMistakesTest {
  @TempDir Path dir;
  private FrameFixture fixture;

  @BeforeEach
  void writeTeacher() {
    fixture = new FrameFixture(dir);
  }

  @Test
  void mistakes_areToldByTheNamesOfParams() {
    Dataset<Row> data = vectors();
    assertFails(
        new DistillationClassifier(),
        data,
        "'config' is not set: an experiment, from setConfigFile");
    assertFails(
        fixture.estimator().setFeaturesCol("feature"),
        data,
        "'featuresCol' is \"feature\", which is not a column of the data frame, did you mean 'features'?");
    assertFails(
        fixture.estimator().setFeaturesCol("held_out"),
        data,
        "'featuresCol': column 'held_out' of the data frame is of type boolean, but must hold bytes, a vector or a list");
    assertFails(
        fixture.estimator().setLabelCol("features"),
        data,
        "'labelCol': column 'features' of the data frame is of type vector, but must hold integers");
    assertFails(
        fixture.estimator().setValidationIndicatorCol("label"),
        data,
        "'validationIndicatorCol': column 'label' of the data frame is of type double, but must hold a boolean");
    assertFails(
        fixture.estimator().setLogitsCol("label"),
        data,
        "The data frame has a column \"label\" already: drop it, or give 'logitsCol' another name");
    assertFails(
        fixture.estimator("schedule.epoch=3"), data, "'schedule.epoch' is not a key of 'schedule'");
    assertFails(
        fixture.estimator("data.num_classes=4"),
        data,
        "head.fc_b is [3] in the file but [4] in the network");
    assertThatThrownBy(() -> new DistillationClassifier().setConfigFile("nowhere.json"))
        .isInstanceOf(UserException.class)
        .hasMessageContaining("nowhere.json does not exist");
    assertFails(
        new DistillationClassifier().setConfig("{\"base\": \"a.json\"}"),
        data,
        "'base' names files beside a file, but this config is a text");
    assertFails(
        new DistillationClassifier().setConfig("{\"name\": "), data, "Config, line 1, column 10");
  }

  @Test
  void badRows_areTold() {
    TestSpark.forgetAll();
    List<Row> rows = new ArrayList<>(rows(40, SQLDataTypes.VectorType()));
    Object features = rows.get(0).get(0);
    assertBad(
        rows,
        RowFactory.create(features, 2.5, false),
        "A row of the data frame has no label, or one that is not an integer");
    assertBad(
        rows,
        RowFactory.create(features, null, false),
        "A row of the data frame has no label, or one that is not an integer");
    assertBad(rows, RowFactory.create(null, 1.0, false), "A row of the data frame has no values");
    assertBad(
        rows,
        RowFactory.create(features, 7.0, false),
        "A row of the data frame has label 7, but with 'data.num_classes' = 3 labels run from 0 to 2");
    assertBad(
        rows,
        RowFactory.create(Vectors.dense(1, 2), 1.0, false),
        "A row of the data frame has 2 values, but shape [1, 8, 8] needs 64");
    assertBad(
        rows,
        RowFactory.create(Vectors.dense(new double[63]).toSparse(), 1.0, false),
        "A row of the data frame has 63 values");
    rows.add(RowFactory.create(features, 7.0, true));
    assertFails(
        fixture.estimator().setValidationIndicatorCol("held_out"),
        frame(rows, VECTORS),
        "'data.validation': A row of the data frame has label 7");
    assertThat(TestSpark.context().getPersistentRDDs()).isEmpty();
  }

  private void assertBad(List<Row> good, Row bad, String message) {
    List<Row> rows = new ArrayList<>(good);
    rows.add(bad);
    assertFails(fixture.estimator(), frame(rows, VECTORS), "'data.train': " + message);
  }

  @Test
  void rowsToPredict_areTold() {
    DistillationClassificationModel model = fixture.estimator().setMaxIter(1).fit(vectors());
    Dataset<Row> wrong =
        frame(List.of(RowFactory.create(Vectors.dense(1, 2), 0.0, false)), VECTORS);
    assertThatThrownBy(() -> model.transform(wrong).collectAsList())
        .rootCause()
        .isInstanceOf(UserException.class)
        .hasMessage("A row of the data frame has 2 values, but shape [1, 8, 8] needs 64");
    assertThatThrownBy(() -> model.transform(vectors().drop("features")))
        .isInstanceOf(UserException.class)
        .hasMessageContaining("'featuresCol' is \"features\", which is not a column");
    assertThatThrownBy(() -> model.transform(model.transform(vectors())))
        .isInstanceOf(UserException.class)
        .hasMessageContaining("The data frame has a column \"logits\" already");
  }

  private static final AtomicInteger CALLS = new AtomicInteger();

  @Test
  void rowsThatChange_areTold() {
    CALLS.set(0);
    Dataset<Row> data =
        vectors()
            .filter(
                (org.apache.spark.api.java.function.FilterFunction<Row>)
                    row -> CALLS.incrementAndGet() % 7 != 0);
    assertFails(fixture.estimator(), data, "examples when they were counted and");
  }

  private static void assertFails(
      DistillationClassifier estimator, Dataset<Row> data, String message) {
    assertThatThrownBy(() -> estimator.fit(data))
        .isInstanceOf(UserException.class)
        .hasMessageContaining(message);
  }
}
