package io.limbeck.spark.source;

import io.limbeck.core.config.DataConfig;
import io.limbeck.core.config.DataSource;
import io.limbeck.core.error.UserException;
import java.util.Locale;
import java.util.Optional;

/** A part of the data. */
public enum Part {
  /** What is learnt from. */
  TRAIN,
  /** What the best epoch is chosen on. */
  VALIDATION,
  /** What is reported. */
  TEST;

  /** The config key. */
  public String key() {
    return "data." + name().toLowerCase(Locale.ROOT);
  }

  /** The source of this part, if the config has it. */
  public Optional<DataSource> of(DataConfig config) {
    return Optional.ofNullable(
        switch (this) {
          case TRAIN -> config.train();
          case VALIDATION -> config.validation();
          case TEST -> config.test();
        });
  }

  /** That the config lacks this part. */
  public UserException missing() {
    return new UserException("'" + key() + "' is not in the config");
  }
}
