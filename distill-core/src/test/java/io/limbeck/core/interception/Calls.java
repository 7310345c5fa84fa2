package io.limbeck.core.interception;

/** Methods for tests to watch. */
public class Calls {
  private int counter;

  public static int sum(int a, int b) {
    return a + b;
  }

  public static long wide(long a, double b, String c) {
    return a + (long) b + c.length();
  }

  public static void nothing() {}

  public int next() {
    return ++counter;
  }

  public int add(int a, int b) {
    if (a < 0) {
      throw new IllegalArgumentException("negative");
    }
    return a + b + counter;
  }
}
