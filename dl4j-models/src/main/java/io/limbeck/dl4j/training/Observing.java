package io.limbeck.dl4j.training;

import java.util.Set;
import org.deeplearning4j.optimize.api.TrainingListener;

/** A listener that says which outputs it looks at between the forward and the backward pass. */
public interface Observing extends TrainingListener {

  /** The vertices whose outputs it must find, the same ones in every step. */
  Set<String> observed();
}
