package io.limbeck.spark.ui;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import javax.servlet.http.HttpServlet;
import javax.servlet.http.HttpServletRequest;
import javax.servlet.http.HttpServletResponse;

/** Answers {@code /} with all trainings and {@code /NUMBER} with one of them. */
final class RunsServlet extends HttpServlet {
  private static final long serialVersionUID = 1L;

  private final transient Runs runs;

  RunsServlet(Runs runs) {
    this.runs = runs;
  }

  @Override
  protected void doGet(HttpServletRequest request, HttpServletResponse response)
      throws IOException {
    String path = request.getPathInfo() == null ? "" : request.getPathInfo().substring(1);
    Optional<String> answer =
        path.isEmpty()
            ? Optional.of(runs.list())
            : path.matches("\\d{1,9}") ? runs.one(Integer.parseInt(path)) : Optional.empty();
    if (answer.isEmpty()) {
      response.sendError(HttpServletResponse.SC_NOT_FOUND, "no training of that number");
      return;
    }
    response.setContentType("application/json;charset=utf-8");
    response.setHeader("Cache-Control", "no-cache, no-store, must-revalidate");
    response.getOutputStream().write(answer.get().getBytes(StandardCharsets.UTF_8));
  }
}
