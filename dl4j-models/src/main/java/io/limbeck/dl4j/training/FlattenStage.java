package io.limbeck.dl4j.training;

/** Feature maps as one row of numbers, channel after channel. */
final class FlattenStage implements Stage {
  private final Tensor input;
  private final Tensor output;

  FlattenStage(Tensor input, Tensor output) {
    this.input = input;
    this.output = output;
  }

  @Override
  public void forward(Work work) {
    output.put(work.buffer(output.bytes()));
    work.move(input.values(), output.share().as(input.plain()));
  }

  @Override
  public void backward(Work work) {
    Share gradient = output.takeGradient();
    if (input.wantsGradient()) {
      Share contribution = work.contribution(input);
      work.move(gradient.as(input.plain()), contribution.as(input.layout()));
      work.contribute(input, contribution);
    }
    gradient.release();
  }
}
