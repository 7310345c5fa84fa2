package io.limbeck.spark.cli;

import io.limbeck.core.error.UserException;
import java.io.PrintWriter;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;

/** The job's main class: what {@code spark-submit} starts. */
@Command(
    name = "limbeck",
    mixinStandardHelpOptions = true,
    versionProvider = Limbeck.Version.class,
    subcommands = {
      RunCommand.class,
      ResultsCommand.class,
      ValidateCommand.class,
      SubmitArgsCommand.class,
      DescribeCommand.class,
      EvaluateCommand.class,
      VisualizeCommand.class,
      ExportCommand.class,
      PackCommand.class,
      SchemaCommand.class
    },
    header = "Knowledge distillation as an Apache Spark job.",
    synopsisSubcommandLabel = "COMMAND",
    footer = {
      "",
      "Exit codes: 0 done, 2 a mistake in the command, config, data or model, 130 and 143 stopped by",
      "Ctrl-C or SIGTERM, 1 anything else.",
      "'limbeck COMMAND --help' explains a command."
    })
public final class Limbeck {
  static final int USER_ERROR = 2;
  private static final int FAILURE = 1;

  private Limbeck() {}

  /**
   * Runs a command and ends the JVM with its exit code.
   *
   * @param args command and arguments
   */
  public static void main(String[] args) {
    int code = execute(args);
    // With the code 0 the JVM ends by itself; in cluster mode an exit here would look like a
    // failure to YARN.
    if (code != 0) {
      System.exit(code);
    }
  }

  /**
   * Runs a command.
   *
   * @param args command and arguments
   * @return the exit code
   */
  public static int execute(String... args) {
    CommandLine command =
        new CommandLine(new Limbeck())
            .setParameterExceptionHandler(Limbeck::complain)
            .setExecutionExceptionHandler(Limbeck::explain)
            .setUsageHelpWidth(100)
            .setCaseInsensitiveEnumValuesAllowed(true);
    try {
      return command.execute(args);
    } catch (OutOfMemoryError e) {
      command.getErr().println(Terminal.error() + " " + MemoryShortage.here(e));
      return USER_ERROR;
    }
  }

  /** A mistake in the command line is not buried under the whole help. */
  private static int complain(CommandLine.ParameterException mistake, String... args) {
    CommandLine command = mistake.getCommandLine();
    PrintWriter err = command.getErr();
    if (args.length == 0) {
      command.usage(err);
      return USER_ERROR;
    }
    err.println(Terminal.error() + " " + mistake.getMessage());
    CommandLine.UnmatchedArgumentException.printSuggestions(mistake, err);
    err.println(
        "'%s --help' says what there is".formatted(command.getCommandSpec().qualifiedName()));
    err.flush();
    return USER_ERROR;
  }

  /** A user's mistake is told in its own words; anything else with its stack trace. */
  private static int explain(
      Exception exception, CommandLine command, CommandLine.ParseResult parsed) {
    PrintWriter err = command.getErr();
    Verbosity verbosity =
        command.getCommand() instanceof Verbosity.Aware aware ? aware.verbosity() : new Verbosity();
    List<String> problems = problemsIn(exception, verbosity.losses());
    if (!problems.isEmpty()) {
      problems.forEach(problem -> err.println(Terminal.error() + " " + problem));
      if (verbosity.verbose()) {
        exception.printStackTrace(err);
      }
      err.flush();
      return USER_ERROR;
    }
    err.println("limbeck failed:");
    exception.printStackTrace(err);
    err.flush();
    return FAILURE;
  }

  /** A mistake that a task found comes wrapped in Spark's exceptions. */
  private static List<String> problemsIn(Throwable thrown, ExecutorLosses losses) {
    for (Throwable each = thrown; each != null; each = each.getCause()) {
      if (each instanceof UserException userError) {
        return userError.problems();
      }
    }
    return MemoryShortage.in(thrown, losses.last().or(FatalErrors::last)).stream().toList();
  }

  /** The version that the build wrote into the jar. */
  static final class Version implements IVersionProvider {
    @Override
    public String[] getVersion() {
      String version = Limbeck.class.getPackage().getImplementationVersion();
      return new String[] {"limbeck " + (version == null ? "(not packaged)" : version)};
    }
  }
}
