package com.example.assignment;

import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.api.MaskState;
import org.deeplearning4j.nn.gradient.Gradient;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.graph.vertex.BaseGraphVertex;
import org.deeplearning4j.nn.workspace.ArrayType;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.nd4j.common.primitives.Pair;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.memory.MemoryWorkspace;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** What an {@link AssignedScores} becomes in a network. */
// DL4J's own base class declares setInputs with another kind of parameter than its interface.
@SuppressWarnings("overrides")
final class RunningAssignedScores extends BaseGraphVertex {
  private static final long serialVersionUID = 1L;

  private final int positives;
  private transient INDArray share;

  RunningAssignedScores(
      ComputationGraph graph, String name, int index, DataType dataType, int positives) {
    super(graph, name, index, null, null, dataType);
    this.positives = positives;
  }

  @Override
  public boolean hasLayer() {
    return false;
  }

  @Override
  public Layer getLayer() {
    return null;
  }

  @Override
  public INDArray doForward(boolean training, LayerWorkspaceMgr workspaceMgr) {
    INDArray scores = inputs[0];
    // The assignment outlives this pass' working memory: the way back needs it, and so may others.
    try (MemoryWorkspace outside = Nd4j.getMemoryManager().scopeOutOfWorkspaces()) {
      INDArray assigned = new LabelAssignment(positives).assign(scores);
      share = assigned.div(positives);
      return workspaceMgr.dup(ArrayType.ACTIVATIONS, scores.mul(share).sum(2, 3));
    }
  }

  @Override
  public Pair<Gradient, INDArray[]> doBackward(boolean tbptt, LayerWorkspaceMgr workspaceMgr) {
    try (MemoryWorkspace outside = Nd4j.getMemoryManager().scopeOutOfWorkspaces()) {
      INDArray gradient = share.mul(epsilon.reshape(epsilon.size(0), epsilon.size(1), 1, 1));
      share = null;
      return new Pair<>(
          null, new INDArray[] {workspaceMgr.dup(ArrayType.ACTIVATION_GRAD, gradient)});
    }
  }

  @Override
  public void setBackpropGradientsViewArray(INDArray view) {
    if (view != null) {
      throw new IllegalArgumentException("Vertex '" + vertexName + "' has no parameters");
    }
  }

  @Override
  public Pair<INDArray, MaskState> feedForwardMaskArrays(
      INDArray[] masks, MaskState state, int batch) {
    return null;
  }

  @Override
  public String toString() {
    return "AssignedScores(" + positives + ")";
  }
}
