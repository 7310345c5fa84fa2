package io.limbeck.dl4j.graph;

import org.nd4j.linalg.factory.Nd4j;

/** Seeds of ND4J's random numbers. To ND4J a seed of 0 is none, and it takes the time instead. */
public final class RandomSeed {
  private static final long INSTEAD_OF_ZERO = 0x9e3779b97f4a7c15L;

  private RandomSeed() {}

  /**
   * Lets this thread's numbers begin.
   *
   * @param seed any number, 0 as well
   */
  public static void set(long seed) {
    Nd4j.getRandom().setSeed(of(seed));
  }

  /** The seed that stands for one. */
  static long of(long seed) {
    return seed == 0 ? INSTEAD_OF_ZERO : seed;
  }
}
