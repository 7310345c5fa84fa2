package io.limbeck.dl4j.graph;

import io.limbeck.core.network.Teacher;
import java.util.Map;
import java.util.function.Supplier;
import org.nd4j.linalg.api.ndarray.INDArray;

/** A teacher that takes no memory before it is asked for something. */
public final class LazyTeacher implements Teacher {
  private Supplier<Teacher> maker;
  private Teacher teacher;

  /**
   * A teacher.
   *
   * @param maker brings it to life
   */
  public LazyTeacher(Supplier<Teacher> maker) {
    this.maker = maker;
  }

  @Override
  public Map<String, INDArray> forward(INDArray features) {
    return teacher().forward(features);
  }

  @Override
  public boolean isByExample() {
    return teacher().isByExample();
  }

  @Override
  public INDArray parameter(String name) {
    return teacher().parameter(name);
  }

  private Teacher teacher() {
    if (teacher == null) {
      teacher = maker.get();
      maker = null;
    }
    return teacher;
  }
}
