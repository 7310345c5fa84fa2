package io.limbeck.core.error;

import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import org.apache.commons.text.similarity.LevenshteinDistance;

/** Finds what the user most likely meant by a name that does not exist. */
public final class Names {
  private static final int SHOWN_AT_MOST = 5;

  private Names() {}

  /**
   * The tail of a message about an unknown name: the nearest known ones, or all of them where they
   * are few.
   *
   * @param wrong the name that was found
   * @param known the names that exist
   * @return for example {@code did you mean 'head.fc'? (known: head.fc, neck.gap)}; never empty
   */
  public static String suggestion(String wrong, Collection<String> known) {
    if (known.isEmpty()) {
      return "there are none";
    }
    List<String> nearest = nearest(wrong, known);
    String list =
        known.size() <= SHOWN_AT_MOST
            ? " (known: " + String.join(", ", known) + ")"
            : nearest.size() > 1
                ? " (also near: " + String.join(", ", nearest.subList(1, nearest.size())) + ")"
                : "";
    return "did you mean '" + nearest.get(0) + "'?" + list;
  }

  private static List<String> nearest(String wrong, Collection<String> known) {
    String target = wrong.toLowerCase(Locale.ROOT);
    return known.stream()
        .sorted(
            Comparator.comparingDouble((String name) -> distance(target, name))
                .thenComparing(name -> name))
        .limit(3)
        .toList();
  }

  /**
   * Edit distance, mended so that a name that contains the other counts as near, and one that has
   * about the other as a word.
   */
  private static double distance(String target, String name) {
    String candidate = name.toLowerCase(Locale.ROOT);
    int edits = edits(target, candidate);
    boolean contains =
        Math.min(target.length(), candidate.length()) > 1
            && (candidate.contains(target) || target.contains(candidate));
    double near = contains ? 1.5 : 2 + editsOfNearestWord(target, candidate);
    return Math.min(edits, near + edits * 1e-3);
  }

  private static int editsOfNearestWord(String target, String candidate) {
    return Arrays.stream(candidate.split("[^a-z]+"))
        .filter(word -> word.length() > 3)
        .mapToInt(word -> edits(target, word))
        .min()
        .orElse(candidate.length());
  }

  private static int edits(String from, String to) {
    return LevenshteinDistance.getDefaultInstance().apply(from, to);
  }
}
