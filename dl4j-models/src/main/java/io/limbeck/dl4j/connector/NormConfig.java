package io.limbeck.dl4j.connector;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import io.limbeck.core.schema.Key;
import io.limbeck.core.schema.NoEffect;
import java.io.Serializable;

/** A normalisation. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
@JsonSubTypes({
  @JsonSubTypes.Type(value = NormConfig.BN.class, name = "BN"),
  @JsonSubTypes.Type(value = NormConfig.BN.class, name = "BN2d"),
  // Statistics are of each partition's own mini-batches; the running ones are averaged.
  @JsonSubTypes.Type(value = NormConfig.BN.class, name = "SyncBN")
})
public sealed interface NormConfig extends Serializable {

  /**
   * Batch normalisation.
   *
   * @param eps added to the variance
   * @param momentum share of the mini-batch in the running statistics
   * @param affine whether scale and offset are learnt
   * @param trackRunningStats whether running statistics are kept
   */
  @NoEffect(key = "requires_grad", allowed = "[true]", why = "affine says what learns")
  record BN(
      @Key(value = "Added to the variance", def = "0.00001", above = 0) double eps,
      @Key(value = "Share of a mini-batch in the running statistics", def = "0.1", min = 0, max = 1)
          double momentum,
      @Key(value = "Whether scale and offset are learnt", def = "true") boolean affine,
      @Key(value = "Whether running statistics are kept", def = "true") boolean trackRunningStats)
      implements NormConfig {}
}
