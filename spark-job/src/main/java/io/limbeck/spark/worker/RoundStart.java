package io.limbeck.spark.worker;

import java.io.Serializable;
import java.util.OptionalLong;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;

/**
 * A round's state on its way to the tasks: a small one with the task itself, which Spark broadcasts
 * anyway, a large one as a broadcast of its own, which each executor fetches once. A broadcast
 * costs a few milliseconds, however little is in it.
 */
public final class RoundStart implements Serializable, AutoCloseable {
  private static final long serialVersionUID = 1L;
  private static final int SMALL = 1 << 14;

  private final RoundState state;
  private final Broadcast<RoundState> broadcast;

  private RoundStart(RoundState state, Broadcast<RoundState> broadcast) {
    this.state = state;
    this.broadcast = broadcast;
  }

  /**
   * Sends a state.
   *
   * @param spark the context
   * @param state of a round
   */
  public static RoundStart of(JavaSparkContext spark, RoundState state) {
    boolean small =
        state.lossStates().isEmpty()
            && state.parameters().length() + state.updaterState().length() <= SMALL;
    return small ? new RoundStart(state, null) : new RoundStart(null, spark.broadcast(state));
  }

  /** The state. */
  RoundState value() {
    return state == null ? broadcast.value() : state;
  }

  /** The number of its broadcast; empty for a small one. */
  public OptionalLong broadcastId() {
    return broadcast == null ? OptionalLong.empty() : OptionalLong.of(broadcast.id());
  }

  /** Lets the executors forget it. */
  @Override
  public void close() {
    if (broadcast != null) {
      broadcast.destroy();
    }
  }
}
