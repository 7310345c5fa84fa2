package io.limbeck.dl4j.training;

/** An operation as what it does in a step on the way there and on the way back. */
sealed interface Stage
    permits ConvolutionStage,
        ProductStage,
        NormalizationStage,
        SumStage,
        ReluStage,
        PoolingStage,
        FlattenStage,
        HeadStage,
        CrossEntropyStage,
        OwnStage {

  /** Adds what it does on the way there, and gives its output memory. */
  void forward(Work work);

  /** Adds what it does on the way back, when all that comes back to its output is there. */
  void backward(Work work);
}
