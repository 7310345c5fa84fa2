package io.limbeck.dl4j.training;

import io.limbeck.core.math.Contiguous;
import io.limbeck.dl4j.onednn.OneDnn;
import java.util.List;
import org.bytedeco.dnnl.memory;
import org.deeplearning4j.nn.api.layers.IOutputLayer;
import org.deeplearning4j.nn.graph.vertex.GraphVertex;
import org.deeplearning4j.nn.workspace.ArrayType;
import org.nd4j.linalg.api.memory.MemoryWorkspace;
import org.nd4j.linalg.api.ndarray.INDArray;

/** A vertex that DL4J runs, on arrays. */
final class OwnStage implements Stage {
  private final GraphVertex vertex;
  private final int outputNumber;
  private final List<Tensor> inputs;
  private final Tensor output;
  private final boolean takenElsewhere;
  private final StepContext context;
  private INDArray fromOperations;
  private INDArray[] epsilons;

  /**
   * A vertex.
   *
   * @param vertex itself
   * @param outputNumber which of the network's outputs it is; -1 for none
   * @param inputs read
   * @param output written
   * @param takenElsewhere whether operations read the output that are not DL4J's own
   * @param context of the step
   */
  OwnStage(
      GraphVertex vertex,
      int outputNumber,
      List<Tensor> inputs,
      Tensor output,
      boolean takenElsewhere,
      StepContext context) {
    this.vertex = vertex;
    this.outputNumber = outputNumber;
    this.inputs = inputs;
    this.output = output;
    this.takenElsewhere = takenElsewhere;
    this.context = context;
  }

  @Override
  public void forward(Work work) {
    work.add(this::run);
    if (takenElsewhere) {
      output.put(work.buffer(output.bytes()));
      memory array = new memory(output.plain(), OneDnn.cpu(), null);
      work.add(() -> array.set_data_handle(Contiguous.address(contiguous(output))));
      work.move(array, output.values());
    }
  }

  private static INDArray contiguous(Tensor tensor) {
    // It must stay as long as native code reads it.
    tensor.array(Contiguous.of(tensor.array()));
    return tensor.array();
  }

  private void run() {
    for (int i = 0; i < inputs.size(); i++) {
      vertex.setInput(i, inputs.get(i).array(), context.workspaces());
    }
    // DL4J leaves output layers for the way back.
    if (outputNumber < 0) {
      try (MemoryWorkspace scope =
          context.workspaces().notifyScopeEntered(ArrayType.FF_WORKING_MEM)) {
        output.array(vertex.doForward(true, context.workspaces()));
      }
    }
  }

  @Override
  public void backward(Work work) {
    Share gradient = output.takeGradient();
    if (gradient != null) {
      memory array = new memory(output.plain(), OneDnn.cpu(), null);
      work.add(
          () -> {
            INDArray before = context.array(output.shape());
            array.set_data_handle(Contiguous.address(before));
            fromOperations = before;
          });
      work.move(gradient.as(output.layout()), array);
      work.add(() -> add(output, fromOperations));
      gradient.release();
    }
    work.add(this::runBackward);
    for (int i = 0; i < inputs.size(); i++) {
      Tensor input = inputs.get(i);
      // Between DL4J's own vertices arrays go from hand to hand.
      if (input.wantsGradient() && !input.isOwn()) {
        int number = i;
        Share contribution = work.contribution(input);
        memory array = new memory(input.plain(), OneDnn.cpu(), null);
        work.add(
            () -> {
              epsilons[number] = Contiguous.of(epsilons[number]);
              array.set_data_handle(Contiguous.address(epsilons[number]));
            });
        work.move(array, contribution.as(input.layout()));
        work.contribute(input, contribution);
      }
    }
  }

  private void runBackward() {
    if (outputNumber < 0) {
      vertex.setEpsilon(output.epsilon());
      output.epsilon(null);
    } else if (vertex.getLayer() instanceof IOutputLayer layer) {
      layer.setLabels(context.labels(outputNumber));
    }
    try (MemoryWorkspace scope =
        context.workspaces().notifyScopeEntered(ArrayType.BP_WORKING_MEM)) {
      epsilons = vertex.doBackward(false, context.workspaces()).getSecond();
    }
    for (int i = 0; i < inputs.size(); i++) {
      if (inputs.get(i).isOwn()) {
        add(inputs.get(i), epsilons[i]);
      }
    }
  }

  private static void add(Tensor tensor, INDArray epsilon) {
    tensor.epsilon(tensor.epsilon() == null ? epsilon : tensor.epsilon().addi(epsilon));
  }
}
