package io.limbeck.dl4j.shape;

import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.inputs.InputType.InputTypeRecurrent;

/**
 * What a vertex puts out.
 *
 * @param type of a row of the array
 * @param rows of the array for each example; more than one where the network makes examples of
 *     parts of one, as of the steps of a sequence
 */
public record Activation(InputType type, long rows) {

  /** Its numbers for one example. */
  public long elements() {
    return rows * type.arrayElementsPerExample();
  }

  /** The same numbers as rows of another type, of which a sequence may not know its length. */
  Activation as(InputType other) {
    if (other instanceof InputTypeRecurrent sequence && sequence.getTimeSeriesLength() <= 0) {
      return new Activation(
          InputType.recurrent(sequence.getSize(), elements() / sequence.getSize()), 1);
    }
    return new Activation(other, Math.max(1, elements() / other.arrayElementsPerExample()));
  }
}
