package io.limbeck.dl4j.vertex;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
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

/** What a {@link FunctionVertex} becomes in a network. */
// DL4J's own base class declares setInputs with another kind of parameter than its interface.
@SuppressWarnings("overrides")
final class RunningFunctionVertex extends BaseGraphVertex {
  private static final long serialVersionUID = 1L;

  private final ArrayFunction function;
  private transient ArrayFunction.Value value;

  RunningFunctionVertex(
      ComputationGraph graph, String name, int index, ArrayFunction function, DataType dataType) {
    super(graph, name, index, null, null, dataType);
    this.function = function;
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
    if (!canDoForward()) {
      throw new IllegalStateException("Vertex '" + vertexName + "' has no inputs");
    }
    // What the way back needs must outlive this pass' working memory.
    try (MemoryWorkspace outside = Nd4j.getMemoryManager().scopeOutOfWorkspaces()) {
      value = function.apply(Arrays.asList(inputs));
    }
    return workspaceMgr.dup(ArrayType.ACTIVATIONS, value.output());
  }

  @Override
  public Pair<Gradient, INDArray[]> doBackward(boolean tbptt, LayerWorkspaceMgr workspaceMgr) {
    if (!canDoBackward()) {
      throw new IllegalStateException("Vertex '" + vertexName + "' has no gradient");
    }
    List<INDArray> gradients = new ArrayList<>();
    try (MemoryWorkspace outside = Nd4j.getMemoryManager().scopeOutOfWorkspaces()) {
      List<INDArray> several = value.back().of(epsilon);
      for (int i = 0; i < inputs.length; i++) {
        gradients.add(several.get(i) == null ? inputs[i].like() : several.get(i));
      }
    }
    value = null;
    INDArray[] result =
        gradients.stream()
            .map(gradient -> workspaceMgr.dup(ArrayType.ACTIVATION_GRAD, gradient))
            .toArray(INDArray[]::new);
    return new Pair<>(null, result);
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
    return masks == null || masks.length == 0 ? null : new Pair<>(masks[0], state);
  }

  @Override
  public String toString() {
    return vertexName + ": " + function;
  }
}
