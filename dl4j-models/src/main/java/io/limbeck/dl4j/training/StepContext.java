package io.limbeck.dl4j.training;

import org.deeplearning4j.nn.workspace.ArrayType;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** What DL4J's own vertices are given in a step. */
final class StepContext {
  private LayerWorkspaceMgr workspaces;
  private INDArray[] labels;

  /** A step begins. */
  void begin(LayerWorkspaceMgr ofStep, INDArray[] labelsOfStep) {
    workspaces = ofStep;
    labels = labelsOfStep;
  }

  LayerWorkspaceMgr workspaces() {
    return workspaces;
  }

  /** An output's labels; null where it takes none. */
  INDArray labels(int output) {
    return labels == null ? null : labels[output];
  }

  /** An array that lives as long as the step. */
  INDArray array(long[] shape) {
    return workspaces.createUninitialized(ArrayType.ACTIVATION_GRAD, DataType.FLOAT, shape);
  }
}
