package com.example.distill;

import io.limbeck.core.schema.Key;
import io.limbeck.dl4j.connector.Branch;
import io.limbeck.dl4j.connector.GraphConnector;
import java.util.List;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.nd4j.linalg.activations.Activation;

/**
 * Two fully connected layers with few units between them.
 *
 * @param units between
 * @param outFeatures of the output
 */
public record Squeeze(
    @Key(value = "Units between the two layers", def = "4", min = 1) int units,
    @Key(value = "Numbers of the output", min = 1) int outFeatures)
    implements GraphConnector {

  @Override
  public List<List<Long>> outputs(List<List<Long>> inputs) {
    return List.of(List.of((long) outFeatures));
  }

  @Override
  public boolean trainable() {
    return true;
  }

  @Override
  public List<String> build(Branch branch, List<String> inputs) {
    DenseLayer narrow = new DenseLayer.Builder().nOut(units).activation(Activation.TANH).build();
    DenseLayer wide = new DenseLayer.Builder().nOut(outFeatures).build();
    return List.of(branch.add("wide", wide, branch.add("narrow", narrow, inputs.get(0))));
  }
}
