package io.limbeck.dl4j.training;

import io.limbeck.core.math.Contiguous;
import io.limbeck.dl4j.head.GradientHeadLayer;
import io.limbeck.dl4j.onednn.OneDnn;
import org.bytedeco.dnnl.memory;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** A network's end where a gradient enters that was computed elsewhere. */
final class HeadStage implements Stage {
  private final GradientHeadLayer head;
  private final Tensor input;
  private INDArray zeros;
  private INDArray gradient;

  HeadStage(GradientHeadLayer head, Tensor input) {
    this.head = head;
    this.input = input;
  }

  @Override
  public void forward(Work work) {
    // What is recorded is its input.
  }

  @Override
  public void backward(Work work) {
    memory injected = new memory(input.plain(), OneDnn.cpu(), null);
    Share contribution = work.contribution(input);
    work.add(
        () -> {
          // It must stay as long as native code reads it.
          gradient = Contiguous.of(gradient());
          injected.set_data_handle(Contiguous.address(gradient));
        });
    work.move(injected, contribution.as(input.layout()));
    work.contribute(input, contribution);
  }

  /** Where none was injected, no loss reads the value in this step. */
  private INDArray gradient() {
    INDArray injected = head.takeInjected();
    if (injected != null) {
      return injected;
    }
    if (zeros == null) {
      zeros = Nd4j.createUninitializedDetached(DataType.FLOAT, input.shape()).assign(0);
    }
    return zeros;
  }
}
