package io.limbeck.core.distiller;

import io.limbeck.core.network.Side;
import io.limbeck.core.schema.Key;
import java.io.Serializable;

/**
 * Which recorded value is an argument of a loss.
 *
 * @param recorder the recorder's name
 * @param fromStudent whether it is one of the student's recorders, or else the teacher's
 * @param recordIdx which execution of the source
 * @param dataIdx which item of a recorded list; null for the whole
 * @param connector the connector that it goes through; null for none
 * @param connectorIdx which output of the connector; null for all
 */
public record RecordReference(
    @Key("Name of the recorder") String recorder,
    @Key("Whether the recorder is one of student_recorders (true) or teacher_recorders (false)")
        boolean fromStudent,
    @Key(
            value = "Which execution of the source in one forward pass, from 0; -1 is the last one",
            def = "0")
        int recordIdx,
    @Key(
            value = "Which item, where the recorded value is a list, from 0; -1 is the last one",
            optional = true)
        Integer dataIdx,
    @Key(value = "Name of the connector that the value goes through", optional = true)
        String connector,
    @Key(value = "Which output, where the connector has several", optional = true)
        Integer connectorIdx)
    implements Serializable {

  /**
   * The whole value of the first execution, as it is.
   *
   * @param side the network
   * @param recorder the recorder's name
   */
  public static RecordReference of(Side side, String recorder) {
    return new RecordReference(recorder, side == Side.STUDENT, 0, null, null, null);
  }

  /**
   * The same through a connector.
   *
   * @param name the connector
   */
  public RecordReference through(String name) {
    return new RecordReference(recorder, fromStudent, recordIdx, dataIdx, name, connectorIdx);
  }

  /** The network that the value comes from. */
  public Side side() {
    return fromStudent ? Side.STUDENT : Side.TEACHER;
  }
}
