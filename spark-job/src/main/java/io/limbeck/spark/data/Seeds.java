package io.limbeck.spark.data;

/** Derives independent seeds, so that every random choice is a pure function of what it is for. */
public final class Seeds {
  private Seeds() {}

  /**
   * A seed from a seed and what it is for.
   *
   * @param seed the run's seed
   * @param purposes for example epoch and example number
   * @return well mixed, by the finalizer of SplitMix64
   */
  public static long derive(long seed, long... purposes) {
    long state = mix(seed + 0x9e3779b97f4a7c15L);
    for (long purpose : purposes) {
      state = mix(state ^ mix(purpose + 0x9e3779b97f4a7c15L));
    }
    return state;
  }

  private static long mix(long value) {
    long z = (value ^ (value >>> 30)) * 0xbf58476d1ce4e5b9L;
    z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
    return z ^ (z >>> 31);
  }
}
