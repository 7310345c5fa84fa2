package io.limbeck.dl4j.training;

/** A ReLU by itself. */
final class ReluStage implements Stage {
  private final Tensor input;
  private final Tensor output;

  ReluStage(Tensor input, Tensor output) {
    this.input = input;
    this.output = output;
  }

  @Override
  public void forward(Work work) {
    output.put(work.buffer(output.bytes()));
    Rectifier.forward(work, input, output);
  }

  @Override
  public void backward(Work work) {
    work.contribute(input, Rectifier.backward(work, output, output.takeGradient()));
  }
}
