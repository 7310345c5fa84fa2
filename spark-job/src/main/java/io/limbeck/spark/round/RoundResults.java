package io.limbeck.spark.round;

import io.limbeck.spark.worker.WorkerResult;
import java.io.Serializable;
import java.util.Optional;
import java.util.OptionalLong;
import org.apache.spark.SparkEnv;
import org.apache.spark.TaskContext;
import org.apache.spark.storage.BlockManager;
import org.apache.spark.storage.BlockResult;
import org.apache.spark.storage.BroadcastBlockId;
import org.apache.spark.storage.StorageLevel;
import scala.Option;
import scala.reflect.ClassTag;
import scala.reflect.ClassTag$;

/**
 * How a partition's result comes to the driver. A small one is Spark's own message. A large one
 * stays where it was made, as a block, and the message is its name: Spark would write it into a
 * buffer, that into another one, and make both into arrays again at the other end. The block counts
 * as a piece of the round's broadcast, so it goes away with that, whatever became of the attempt
 * that made it.
 */
class RoundResults implements Serializable {
  private static final long serialVersionUID = 1L;
  private static final ClassTag<WorkerResult> RESULT = ClassTag$.MODULE$.apply(WorkerResult.class);

  private final long broadcast;
  private final boolean large;

  /**
   * What a task's message says.
   *
   * @param result the result; null where it stayed behind
   * @param field of the block that it stayed behind in
   */
  record Message(WorkerResult result, String field) implements Serializable {}

  /**
   * The results of a round.
   *
   * @param broadcast the number of the one that its state is sent with; empty where that is small,
   *     as the results then are
   */
  RoundResults(OptionalLong broadcast) {
    this.broadcast = broadcast.orElse(-1);
    this.large = broadcast.isPresent();
  }

  /** Sends a result; called by the task. */
  Message send(WorkerResult result) {
    if (!large) {
      return new Message(result, null);
    }
    // Attempts at the same partition may run side by side.
    String field = "result_%d_%d".formatted(result.partition(), TaskContext.get().taskAttemptId());
    boolean kept = blocks().putSingle(id(field), result, level(), true, RESULT);
    return kept ? new Message(null, field) : new Message(result, null);
  }

  /**
   * Takes a result; called by the driver.
   *
   * @return empty where it was lost with the executor that had it
   */
  Optional<WorkerResult> take(Message message) {
    if (message.result() != null) {
      return Optional.of(message.result());
    }
    Option<BlockResult> found = blocks().get(id(message.field()), RESULT);
    if (found.isEmpty() || !found.get().data().hasNext()) {
      return Optional.empty();
    }
    WorkerResult result = (WorkerResult) found.get().data().next();
    // Asked for more, the iterator ends and lets go of the block.
    found.get().data().hasNext();
    return Optional.of(result);
  }

  private BroadcastBlockId id(String field) {
    return new BroadcastBlockId(broadcast, field);
  }

  private static StorageLevel level() {
    return StorageLevel.MEMORY_AND_DISK();
  }

  private static BlockManager blocks() {
    return SparkEnv.get().blockManager();
  }
}
