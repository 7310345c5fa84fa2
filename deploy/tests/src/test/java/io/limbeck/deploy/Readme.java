package io.limbeck.deploy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A page of {@code deploy/}, whose commands are run as they stand there. */
final class Readme {
  private static final Pattern BLOCK =
      Pattern.compile("^```bash\\n(.*?)^```$", Pattern.DOTALL | Pattern.MULTILINE);

  private final String name;
  private final String text;

  Readme(String name) {
    this.name = name;
    try {
      this.text = Files.readString(Project.ROOT.resolve(name));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The first command under a heading. */
  Command command(String heading) {
    return command(heading, 0);
  }

  /** One of the commands under a heading. */
  Command command(String heading, int number) {
    return new Command(blocks(heading).get(number));
  }

  private List<String> blocks(String heading) {
    int start = text.indexOf("\n## " + heading + "\n");
    if (start < 0) {
      throw new IllegalArgumentException(name + " has no heading '" + heading + "'");
    }
    int end = text.indexOf("\n## ", start + 1);
    Matcher matcher = BLOCK.matcher(text.substring(start, end < 0 ? text.length() : end));
    List<String> blocks = new ArrayList<>();
    while (matcher.find()) {
      blocks.add(matcher.group(1).strip());
    }
    return blocks;
  }

  /**
   * A command, which tests may shorten or put elsewhere, but only where it says what they expect.
   *
   * @param text for bash
   */
  record Command(String text) {
    Command with(String words, String others) {
      if (!text.contains(words)) {
        throw new IllegalArgumentException("there is no '" + words + "' in: " + text);
      }
      return new Command(text.replace(words, others));
    }

    /** With more arguments at its end. */
    Command and(String arguments) {
      return new Command(text + " " + arguments);
    }
  }
}
