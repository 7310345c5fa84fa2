package io.limbeck.core.error;

import java.util.List;

/**
 * A mistake of the user's: a config, a data set or a model that cannot be used as it is. Its
 * message says which key or file, what was found, and what is allowed; it is printed alone, without
 * a stack trace, and ends the job with exit code 2. Everything else that is thrown is a bug or a
 * failure of the machine.
 */
public final class UserException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final List<String> problems;

  /**
   * One problem.
   *
   * @param problem the whole message, capital or quoted key first, no full stop
   */
  public UserException(String problem) {
    this(List.of(problem));
  }

  /**
   * One problem and the failure that showed it.
   *
   * @param problem the whole message
   * @param cause kept for the verbose log
   */
  public UserException(String problem, Throwable cause) {
    this(List.of(problem));
    initCause(cause);
  }

  /**
   * All problems that one check found, so that the user mends them in one go.
   *
   * @param problems at least one message
   */
  public UserException(List<String> problems) {
    super(String.join(System.lineSeparator(), problems));
    this.problems = List.copyOf(problems);
  }

  /** The problems, one message each. */
  public List<String> problems() {
    return problems;
  }
}
