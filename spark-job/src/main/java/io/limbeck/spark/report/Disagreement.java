package io.limbeck.spark.report;

import io.limbeck.spark.evaluation.Predictions;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;

/**
 * Where a student and its teacher take examples for different things.
 *
 * @param teacher its name; empty for the only one
 * @param examples compared
 * @param bothRight both are right about so many
 * @param onlyTeacherRight so many have been lost on the way to the student
 * @param onlyStudentRight so many have been won
 * @param bothWrongAlike mistakes that the student has learnt, or that the data suggest
 * @param bothWrongDifferently mistakes of different kinds
 * @param onlyTeacherRightByClass of the examples of each class
 * @param onlyStudentRightByClass of the examples of each class
 * @param pairs what they disagree about most
 */
public record Disagreement(
    String teacher,
    long examples,
    long bothRight,
    long onlyTeacherRight,
    long onlyStudentRight,
    long bothWrongAlike,
    long bothWrongDifferently,
    List<Long> onlyTeacherRightByClass,
    List<Long> onlyStudentRightByClass,
    List<Pair> pairs) {
  private static final int PAIRS = 12;

  /**
   * A class that one takes examples for and one that the other does.
   *
   * @param teacher the teacher's class, from 0
   * @param student the student's
   * @param examples how often
   * @param teacherRight how often the teacher is right then
   * @param studentRight how often the student is
   */
  public record Pair(
      int teacher, int student, long examples, long teacherRight, long studentRight) {}

  /**
   * Compares.
   *
   * @param name of the teacher; empty for the only one
   * @param teacher its predictions
   * @param student those of the student, of the same examples
   * @param classes of the data
   * @return null where there is nothing to compare
   */
  public static Disagreement of(
      String name, Predictions teacher, Predictions student, int classes) {
    int examples = student.labels().length;
    if (examples == 0 || teacher.labels().length != examples) {
      return null;
    }
    long[] outcomes = new long[5];
    long[] lost = new long[classes];
    long[] won = new long[classes];
    Map<Long, long[]> pairs = new HashMap<>();
    for (int i = 0; i < examples; i++) {
      int label = student.labels()[i];
      int taught = teacher.classes()[i];
      int learnt = student.classes()[i];
      outcomes[outcome(label, taught, learnt)]++;
      if (taught != learnt) {
        lost[label] += taught == label ? 1 : 0;
        won[label] += learnt == label ? 1 : 0;
        long[] pair =
            pairs.computeIfAbsent((long) taught * classes + learnt, unknown -> new long[3]);
        pair[0]++;
        pair[1] += taught == label ? 1 : 0;
        pair[2] += learnt == label ? 1 : 0;
      }
    }
    return new Disagreement(
        name,
        examples,
        outcomes[0],
        outcomes[1],
        outcomes[2],
        outcomes[3],
        outcomes[4],
        LongStream.of(lost).boxed().toList(),
        LongStream.of(won).boxed().toList(),
        most(pairs, classes));
  }

  private static int outcome(int label, int taught, int learnt) {
    if (taught == label) {
      return learnt == label ? 0 : 1;
    }
    if (learnt == label) {
      return 2;
    }
    return taught == learnt ? 3 : 4;
  }

  private static List<Pair> most(Map<Long, long[]> pairs, int classes) {
    List<Pair> all = new ArrayList<>();
    pairs.forEach(
        (key, counts) ->
            all.add(
                new Pair(
                    (int) (key / classes),
                    (int) (key % classes),
                    counts[0],
                    counts[1],
                    counts[2])));
    all.sort(
        Comparator.comparingLong(Pair::examples)
            .reversed()
            .thenComparing(Pair::teacher)
            .thenComparing(Pair::student));
    return List.copyOf(all.subList(0, Math.min(PAIRS, all.size())));
  }
}
