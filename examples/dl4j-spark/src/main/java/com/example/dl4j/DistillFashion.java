package com.example.dl4j;

import io.limbeck.spark.dl4j.DistillationTrainingMaster;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.SubsamplingLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.weights.WeightInit;
import org.deeplearning4j.spark.impl.graph.SparkComputationGraph;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/**
 * Distils a student of a DL4J program with dl4j-spark; both networks, the data and the evaluation
 * are DL4J's own. Arguments: what is distilled, the teacher, the folder of the data, epochs.
 */
public final class DistillFashion {
  private static final int SIDE = 28;
  private static final int CLASSES = 10;
  private static final int BATCH = 32;

  private DistillFashion() {}

  /** Runs the example under {@code spark-submit}. */
  public static void main(String[] args) throws IOException {
    try (SparkSession spark = SparkSession.builder().appName("distil with DL4J").getOrCreate()) {
      double accuracy =
          run(spark, Path.of(args[0]), new File(args[1]), args[2], Integer.parseInt(args[3]));
      System.out.printf("accuracy on test examples: %.2f %%%n", 100 * accuracy);
    }
  }

  static double run(SparkSession session, Path settings, File teacherFile, String data, int epochs)
      throws IOException {
    JavaSparkContext spark = new JavaSparkContext(session.sparkContext());
    JavaRDD<DataSet> train = batches(session, data + "/train.parquet").cache();
    JavaRDD<DataSet> validation = batches(session, data + "/validation.parquet");
    JavaRDD<DataSet> test = batches(session, data + "/test.parquet");

    ComputationGraph teacher = ComputationGraph.load(teacherFile, false);
    ComputationGraph student = new ComputationGraph(student());
    student.init();
    DistillationTrainingMaster master =
        DistillationTrainingMaster.fromJson(teacher, Files.readString(settings));
    SparkComputationGraph distilled = new SparkComputationGraph(spark, student, master);
    for (int epoch = 1; epoch <= epochs; epoch++) {
      distilled.fitMultiDataSet(train.map(DataSet::toMultiDataSet));
      System.out.printf(
          "epoch %d: accuracy on validation examples %.2f %%%n",
          epoch, 100 * distilled.evaluate(validation).accuracy());
    }
    master.deleteTempFiles(spark);
    return distilled.evaluate(test).accuracy();
  }

  private static ComputationGraphConfiguration student() {
    return new NeuralNetConfiguration.Builder()
        .seed(1)
        .weightInit(WeightInit.RELU)
        .graphBuilder()
        .addInputs("image")
        .setInputTypes(InputType.convolutional(SIDE, SIDE, 1))
        .addLayer("conv1", convolution(4), "image")
        .addLayer("pool1", pooling(), "conv1")
        .addLayer("conv2", convolution(8), "pool1")
        .addLayer("pool2", pooling(), "conv2")
        .addLayer(
            "hidden",
            new DenseLayer.Builder().nOut(16).activation(Activation.RELU).build(),
            "pool2")
        .addLayer(
            "scores",
            new OutputLayer.Builder(LossFunction.MCXENT)
                .activation(Activation.SOFTMAX)
                .nOut(CLASSES)
                .build(),
            "hidden")
        .setOutputs("scores")
        .build();
  }

  private static ConvolutionLayer convolution(int channels) {
    return new ConvolutionLayer.Builder(3, 3)
        .padding(1, 1)
        .nOut(channels)
        .activation(Activation.RELU)
        .build();
  }

  private static SubsamplingLayer pooling() {
    return new SubsamplingLayer.Builder(SubsamplingLayer.PoolingType.MAX)
        .kernelSize(2, 2)
        .stride(2, 2)
        .build();
  }

  /** Two partitions of mini-batches; the teacher has learnt from pixels scaled in this way. */
  private static JavaRDD<DataSet> batches(SparkSession spark, String file) {
    return spark
        .read()
        .parquet(file)
        .select("image", "label")
        .toJavaRDD()
        .zipWithIndex()
        .mapToPair(numbered -> numbered.swap())
        .sortByKey(true, 2)
        .values()
        .mapPartitions(DistillFashion::batches);
  }

  private static Iterator<DataSet> batches(Iterator<Row> rows) {
    List<DataSet> batches = new ArrayList<>();
    List<Row> batch = new ArrayList<>();
    while (rows.hasNext()) {
      batch.add(rows.next());
      if (batch.size() == BATCH || !rows.hasNext()) {
        batches.add(dataSet(batch));
        batch.clear();
      }
    }
    return batches.iterator();
  }

  private static DataSet dataSet(List<Row> rows) {
    float[] pixels = new float[rows.size() * SIDE * SIDE];
    INDArray labels = Nd4j.zeros(rows.size(), CLASSES);
    for (int i = 0; i < rows.size(); i++) {
      byte[] image = rows.get(i).getAs("image");
      for (int p = 0; p < image.length; p++) {
        pixels[i * image.length + p] = ((image[p] & 0xff) / 255f - 0.2860f) / 0.3530f;
      }
      labels.putScalar(i, rows.get(i).<Number>getAs("label").intValue(), 1);
    }
    return new DataSet(Nd4j.createFromArray(pixels).reshape(rows.size(), 1, SIDE, SIDE), labels);
  }
}
