package io.limbeck.core.distiller;

import io.limbeck.core.network.Side;
import io.limbeck.core.schema.Key;
import java.io.Serializable;

/**
 * Which recorded value is an argument of a loss.
 *
 * @param recorder the recorder's name
 * @param fromStudent whether it is one of the student's recorders, or else the teacher's
 * @param recordIdx which execution of the module
 * @param dataIdx which item of a recorded list; null for the whole
 */
public record RecordReference(
    @Key("Name of the recorder") String recorder,
    @Key("Whether the recorder is one of student_recorders (true) or teacher_recorders (false)")
        boolean fromStudent,
    @Key(value = "Which execution of the module in one forward pass, from 0", def = "0", min = 0)
        int recordIdx,
    @Key(value = "Which item, where the recorded value is a list", optional = true) Integer dataIdx)
    implements Serializable {

  /** The network that the value comes from. */
  public Side side() {
    return fromStudent ? Side.STUDENT : Side.TEACHER;
  }
}
