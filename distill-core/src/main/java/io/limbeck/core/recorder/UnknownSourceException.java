package io.limbeck.core.recorder;

/**
 * A recorder's source is not in the network. The message continues {@code 'key' is "source", …}.
 */
public final class UnknownSourceException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /**
   * A source that is not there.
   *
   * @param message which is not in the model, and what is
   */
  public UnknownSourceException(String message) {
    super(message);
  }
}
