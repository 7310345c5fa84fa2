package io.limbeck.spark.dl4j;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLGenerator;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.limbeck.core.config.AveragingConfig;
import io.limbeck.core.config.ScheduleConfig;
import io.limbeck.core.distiller.DistillerConfig;
import io.limbeck.spark.data.Block;
import io.limbeck.spark.data.DataSetBlock;
import io.limbeck.spark.monitor.JobDescription;
import io.limbeck.spark.storage.HadoopSettings;
import io.limbeck.spark.worker.DistillationWorker;
import io.limbeck.spark.worker.WorkerResult;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.apache.spark.SparkContext;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.storage.StorageLevel;
import org.deeplearning4j.core.loader.DataSetLoader;
import org.deeplearning4j.core.loader.MultiDataSetLoader;
import org.deeplearning4j.core.storage.StatsStorageRouter;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.optimize.api.TrainingListener;
import org.deeplearning4j.spark.api.TrainingHook;
import org.deeplearning4j.spark.api.TrainingMaster;
import org.deeplearning4j.spark.api.stats.SparkTrainingStats;
import org.deeplearning4j.spark.data.loader.RemoteFileSource;
import org.deeplearning4j.spark.impl.graph.SparkComputationGraph;
import org.deeplearning4j.spark.impl.multilayer.SparkDl4jMultiLayer;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.dataset.api.MultiDataSet;

/**
 * Distils a student with dl4j-spark:
 *
 * <pre>{@code
 * DistillationTrainingMaster master =
 *     new DistillationTrainingMaster(teacher, distiller, schedule, averaging, 1.0, 1);
 * SparkComputationGraph spark = new SparkComputationGraph(sc, student, master);
 * for (int epoch = 0; epoch < schedule.epochs(); epoch++) {
 *   spark.fitMultiDataSet(data);
 * }
 * }</pre>
 *
 * <p>Each call to {@code fit} is an epoch over the RDD's partitions as they are; each data set in
 * it is a mini-batch. Distributed evaluation and scoring are {@code SparkComputationGraph}'s own.
 */
public final class DistillationTrainingMaster
    implements TrainingMaster<WorkerResult, DistillationWorker> {
  private final ComputationGraph teacher;
  private final MasterSettings settings;
  private final List<TrainingListener> listeners = new ArrayList<>();
  private MasterRun run;

  /**
   * A master.
   *
   * @param teacher with its weights; frozen
   * @param distiller what is compared with what
   * @param schedule updater and learning rate; its batch size is not used
   * @param averaging how partitions become one; its number of workers is not used
   * @param studentLossWeight factor of the labels' loss; 0 leaves the labels out
   * @param seed of the order of mini-batches
   */
  public DistillationTrainingMaster(
      ComputationGraph teacher,
      DistillerConfig distiller,
      ScheduleConfig schedule,
      AveragingConfig averaging,
      double studentLossWeight,
      long seed) {
    this(teacher, new MasterSettings(distiller, schedule, averaging, studentLossWeight, seed));
  }

  private DistillationTrainingMaster(ComputationGraph teacher, MasterSettings settings) {
    this.teacher = teacher;
    this.settings = settings;
  }

  /**
   * A master with the settings of a text: {@code distiller}, {@code schedule}, {@code averaging},
   * {@code student_loss_weight}, {@code seed}, as in a config file; all but the first may be left
   * out.
   *
   * @param teacher with its weights; frozen
   * @param json what {@link #toJson} gives, or less
   * @throws io.limbeck.core.error.UserException with every problem found
   */
  public static DistillationTrainingMaster fromJson(ComputationGraph teacher, String json) {
    return new DistillationTrainingMaster(teacher, MasterSettings.read(new JsonMapper(), json));
  }

  /**
   * A master with the settings of a text.
   *
   * @param teacher with its weights; frozen
   * @param yaml what {@link #toYaml} gives, or less
   * @throws io.limbeck.core.error.UserException with every problem found
   */
  public static DistillationTrainingMaster fromYaml(ComputationGraph teacher, String yaml) {
    return new DistillationTrainingMaster(teacher, MasterSettings.read(new YAMLMapper(), yaml));
  }

  @Override
  public void executeTrainingMDS(SparkComputationGraph graph, JavaRDD<MultiDataSet> trainingData) {
    JavaRDD<Block> blocks =
        trainingData
            .mapPartitionsWithIndex(
                (partition, batches) -> {
                  List<MultiDataSet> list = new ArrayList<>();
                  batches.forEachRemaining(list::add);
                  return List.<Block>of(new DataSetBlock(partition, list)).iterator();
                },
                true)
            .persist(StorageLevel.MEMORY_AND_DISK());
    try (JobDescription noted = JobDescription.noted(graph.getSparkContext().sc())) {
      run(graph, blocks).epoch(graph.getNetwork(), blocks, listeners);
    } finally {
      blocks.unpersist(false);
    }
  }

  /** The run goes on from epoch to epoch as long as it is the same student. */
  private MasterRun run(SparkComputationGraph graph, JavaRDD<Block> blocks) {
    if (run == null || !run.trains(graph.getNetwork())) {
      close();
      run = new MasterRun(graph.getSparkContext(), graph.getNetwork(), teacher, blocks, settings);
    }
    return run;
  }

  private void close() {
    if (run != null) {
      run.close();
      run = null;
    }
  }

  @Override
  public void executeTraining(SparkComputationGraph graph, JavaRDD<DataSet> trainingData) {
    executeTrainingMDS(graph, trainingData.map(DataSet::toMultiDataSet));
  }

  @Override
  public void executeTrainingPaths(
      SparkDl4jMultiLayer network,
      SparkComputationGraph graph,
      JavaRDD<String> trainingDataPaths,
      DataSetLoader dataSetLoader,
      MultiDataSetLoader multiDataSetLoader) {
    if (graph == null) {
      throw onlyGraphs();
    }
    HadoopSettings settings = HadoopSettings.of(graph.getSparkContext().hadoopConfiguration());
    executeTrainingMDS(
        graph,
        trainingDataPaths.map(
            path -> {
              RemoteFileSource source = new RemoteFileSource(path, settings.fileSystem(path));
              return multiDataSetLoader != null
                  ? multiDataSetLoader.load(source)
                  : dataSetLoader.load(source).toMultiDataSet();
            }));
  }

  /** A worker for partition 0, at the start of the next epoch. */
  @Override
  public DistillationWorker getWorkerInstance(SparkComputationGraph graph) {
    if (run == null) {
      throw new IllegalStateException("There is a worker once fit has been called");
    }
    return run.worker(graph.getNetwork());
  }

  @Override
  public String toJson() {
    return settings.write(new JsonMapper());
  }

  @Override
  public String toYaml() {
    // Types as keys, not as tags: the settings are checked as a tree of keys.
    return settings.write(
        YAMLMapper.builder().disable(YAMLGenerator.Feature.USE_NATIVE_TYPE_ID).build());
  }

  @Override
  public void setListeners(Collection<TrainingListener> trainingListeners) {
    listeners.clear();
    listeners.addAll(trainingListeners);
  }

  @Override
  public void setListeners(
      StatsStorageRouter router, Collection<TrainingListener> trainingListeners) {
    setListeners(trainingListeners);
  }

  @Override
  public void setCollectTrainingStats(boolean collectTrainingStats) {
    if (collectTrainingStats) {
      throw new UnsupportedOperationException("DL4J's phase statistics are not collected");
    }
  }

  @Override
  public boolean getIsCollectTrainingStats() {
    return false;
  }

  @Override
  public SparkTrainingStats getTrainingStats() {
    return null;
  }

  /** There are no temporary files; the broadcasts of the last student are let go. */
  @Override
  public boolean deleteTempFiles(JavaSparkContext sc) {
    close();
    return true;
  }

  @Override
  public boolean deleteTempFiles(SparkContext sc) {
    return deleteTempFiles(new JavaSparkContext(sc));
  }

  @Override
  public void addHook(TrainingHook trainingHook) {
    throw new UnsupportedOperationException("Hooks see single updates, here are rounds");
  }

  @Override
  public void removeHook(TrainingHook trainingHook) {
    throw new UnsupportedOperationException("Hooks see single updates, here are rounds");
  }

  @Override
  public DistillationWorker getWorkerInstance(SparkDl4jMultiLayer network) {
    throw onlyGraphs();
  }

  @Override
  public void executeTraining(SparkDl4jMultiLayer network, JavaRDD<DataSet> trainingData) {
    throw onlyGraphs();
  }

  private static UnsupportedOperationException onlyGraphs() {
    return new UnsupportedOperationException(
        "Distillation trains a ComputationGraph; turn a MultiLayerNetwork into one with toComputationGraph()");
  }
}
