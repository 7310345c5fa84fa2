package io.limbeck.dl4j.connector;

import io.limbeck.core.schema.Key;
import io.limbeck.dl4j.function.UnitLength;
import java.util.List;

/**
 * An embedding of length one: flatten, a fully connected layer, scale. A zero embedding stays zero.
 *
 * <p>Source: Y. Tian, D. Krishnan, P. Isola, "Contrastive Representation Distillation", ICLR 2020,
 * arXiv:1910.10699, section 3.3; MMRazor's {@code CRDConnector}.
 *
 * @param dimIn numbers of the value, flattened
 * @param dimOut size of the embedding
 */
public record CRDConnector(
    @Key(value = "Numbers of the recorded value, flattened", def = "1024", min = 1) int dimIn,
    @Key(value = "Size of the embedding", def = "128", min = 1) int dimOut)
    implements GraphConnector {

  @Override
  public List<List<Long>> outputs(List<List<Long>> inputs) {
    long numbers = inputs.get(0).stream().reduce(1L, (a, b) -> a * b);
    if (numbers != dimIn) {
      throw new IllegalArgumentException(
          "it has %d numbers but 'dim_in' is %d".formatted(numbers, dimIn));
    }
    return List.of(List.of((long) dimOut));
  }

  @Override
  public boolean trainable() {
    return true;
  }

  @Override
  public List<String> build(Branch branch, List<String> inputs) {
    String linear = branch.add("linear", Layers.dense(dimOut), inputs.get(0));
    return List.of(branch.add("normalize", new UnitLength(), linear));
  }
}
