package io.limbeck.spark.cache;

import io.limbeck.core.config.TeacherCacheConfig.Precision;
import io.limbeck.core.network.Teacher;
import io.limbeck.dl4j.engine.HeapCopy;
import io.limbeck.dl4j.graph.WholeBatch;
import io.limbeck.spark.data.Batch;
import io.limbeck.spark.data.Block;
import io.limbeck.spark.data.TeacherOutputs;
import io.limbeck.spark.device.TaskDevice;
import io.limbeck.spark.precision.Float16;
import io.limbeck.spark.worker.FrozenTeachers;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.spark.api.java.function.Function;
import org.apache.spark.broadcast.Broadcast;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Has the teacher look at one view of a block's examples: a pure function, as training's tasks. */
final class FillTask implements Function<Block, TeacherOutputs> {
  private static final long serialVersionUID = 1L;

  private final Broadcast<FrozenTeachers> teachers;
  private final List<String> vertices;
  private final int view;
  private final int batchSize;
  private final Precision precision;

  /**
   * A task.
   *
   * @param teachers of the run, one
   * @param vertices whose outputs are kept
   * @param view of the examples, from 0
   * @param batchSize that training has, as the last bits may depend on it
   * @param precision of what is kept
   */
  FillTask(
      Broadcast<FrozenTeachers> teachers,
      List<String> vertices,
      int view,
      int batchSize,
      Precision precision) {
    this.teachers = teachers;
    this.vertices = List.copyOf(vertices);
    this.view = view;
    this.batchSize = batchSize;
    this.precision = precision;
  }

  @Override
  public TeacherOutputs call(Block block) {
    long[] ids = new long[block.size()];
    Map<String, TeacherOutputs.Output> outputs = new LinkedHashMap<>();
    if (ids.length == 0) {
      return new TeacherOutputs(ids, outputs);
    }
    TaskDevice.bind();
    Teacher teacher = teachers.value().alone();
    Block.Pass pass = block.view(view, batchSize);
    int done = 0;
    for (int step = 0; step < block.steps(batchSize); step++) {
      Batch batch = pass.batch(step);
      Map<String, INDArray> all = WholeBatch.forward(teacher, batch.features(), batchSize);
      for (String vertex : vertices) {
        INDArray output = all.get(vertex);
        if (step == 0) {
          outputs.put(vertex, empty(output, ids.length));
        }
        write(HeapCopy.of(output), outputs.get(vertex), done);
      }
      for (int id : batch.sampleIdx()) {
        ids[done++] = id;
      }
    }
    return new TeacherOutputs(ids, outputs);
  }

  private TeacherOutputs.Output empty(INDArray output, int examples) {
    long[] shape = Arrays.copyOfRange(output.shape(), 1, output.rank());
    int length = Math.toIntExact(output.length() / output.size(0));
    int all = Math.multiplyExact(length, examples);
    return precision == Precision.SINGLE
        ? new TeacherOutputs.Single(shape, new float[all])
        : new TeacherOutputs.Half(shape, new short[all]);
  }

  private static void write(float[] values, TeacherOutputs.Output output, int example) {
    int offset = example * output.length();
    if (output instanceof TeacherOutputs.Single single) {
      System.arraycopy(values, 0, single.values(), offset, values.length);
    } else if (output instanceof TeacherOutputs.Half half) {
      for (int i = 0; i < values.length; i++) {
        half.values()[offset + i] = Float16.of(values[i]);
      }
    }
  }
}
