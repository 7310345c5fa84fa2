package io.limbeck.core.config;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.limbeck.core.schema.Key;
import java.io.Serializable;

/**
 * What the teacher puts out for the training examples, kept in Parquet files: computed once, read
 * from then on, by later epochs, later runs and other students.
 *
 * @param path of the folder, which may be shared by experiments
 * @param precision of the numbers
 * @param maxGib most that the folder may take
 */
public record TeacherCacheConfig(
    @Key(
            "Folder of the cache, which experiments may share: what belongs to other teachers, recorders, preprocessing or data"
                + " lies beside it")
        String path,
    @Key(
            value =
                "single keeps every number as it is, so the student is the same to the bit as without a cache, where this"
                    + " release filled it on such a processor; half takes half the space and rounds to 11 bits",
            def = "\"single\"")
        Precision precision,
    @Key(
            value =
                "Most that the folder may take, in gibibytes, with what is there; more is refused before training",
            def = "10.0",
            above = 0)
        double maxGib)
    implements Serializable {
  /** How precisely numbers are kept. */
  public enum Precision {
    /** 32 bits, as they are. */
    @JsonProperty("single")
    SINGLE(4),
    /** 16 bits. */
    @JsonProperty("half")
    HALF(2);

    private final int bytes;

    Precision(int bytes) {
      this.bytes = bytes;
    }

    /** Bytes of a number. */
    public int bytes() {
      return bytes;
    }
  }
}
