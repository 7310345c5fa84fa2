package io.limbeck.spark.model;

import io.limbeck.core.network.FrozenTeacher;
import io.limbeck.core.network.NetworkDescription;
import io.limbeck.onnx.OnnxModel;
import java.util.Collection;
import java.util.List;

/** A teacher that is an ONNX file. */
final class OnnxTeacher implements TeacherModel {
  private final OnnxModel model;

  OnnxTeacher(OnnxModel model) {
    this.model = model;
  }

  @Override
  public NetworkDescription description() {
    return model.description();
  }

  @Override
  public long parameters() {
    return model.parameters();
  }

  @Override
  public FrozenTeacher upTo(Collection<String> vertices) {
    return model.upTo(vertices);
  }

  @Override
  public FrozenTeacher classifier() {
    String logits = description().logits();
    return logits == null ? null : model.upTo(List.of(logits));
  }
}
