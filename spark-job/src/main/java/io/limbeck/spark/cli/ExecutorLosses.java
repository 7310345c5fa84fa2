package io.limbeck.spark.cli;

import java.util.Optional;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerExecutorRemoved;

/**
 * Why executors went away. A job that fails for it only says what it then lacked, such as what they
 * had computed.
 */
final class ExecutorLosses extends SparkListener {
  private volatile String last;

  @Override
  public void onExecutorRemoved(SparkListenerExecutorRemoved removed) {
    last = removed.reason();
  }

  /** The reason of the latest. */
  Optional<String> last() {
    return Optional.ofNullable(last);
  }
}
