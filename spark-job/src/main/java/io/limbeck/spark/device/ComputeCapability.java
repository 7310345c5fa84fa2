package io.limbeck.spark.device;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Of which generation a GPU is, as NVIDIA counts them.
 *
 * @param major generation: 8 is Ampere and Ada, 9 is Hopper
 * @param minor within it
 */
public record ComputeCapability(int major, int minor) implements Comparable<ComputeCapability> {
  private static final Pattern TEXT = Pattern.compile("(\\d+)\\.(\\d+)");

  /**
   * Reads one.
   *
   * @param text as {@code nvidia-smi} writes it, {@code 8.6}
   * @return empty where it is none, as of GPUs that are older than the question
   */
  static Optional<ComputeCapability> of(String text) {
    Matcher matcher = TEXT.matcher(text.strip());
    return matcher.matches()
        ? Optional.of(
            new ComputeCapability(
                Integer.parseInt(matcher.group(1)), Integer.parseInt(matcher.group(2))))
        : Optional.empty();
  }

  @Override
  public int compareTo(ComputeCapability other) {
    return major == other.major
        ? Integer.compare(minor, other.minor)
        : Integer.compare(major, other.major);
  }

  @Override
  public String toString() {
    return major + "." + minor;
  }
}
