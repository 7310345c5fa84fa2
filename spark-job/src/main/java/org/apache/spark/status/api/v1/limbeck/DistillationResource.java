package org.apache.spark.status.api.v1.limbeck;

import io.limbeck.spark.ui.Runs;
import javax.servlet.ServletContext;
import javax.servlet.http.HttpServletRequest;
import javax.ws.rs.GET;
import javax.ws.rs.NotFoundException;
import javax.ws.rs.Path;
import javax.ws.rs.PathParam;
import javax.ws.rs.Produces;
import javax.ws.rs.core.Context;
import javax.ws.rs.core.MediaType;
import org.apache.spark.status.api.v1.BaseAppResource;
import org.apache.spark.ui.SparkUI;
import scala.runtime.AbstractFunction1;

/** Trainings of one application. */
@Produces(MediaType.APPLICATION_JSON)
public final class DistillationResource implements BaseAppResource {
  @PathParam("appId")
  private String appId;

  @PathParam("attemptId")
  private String attemptId;

  @Context private ServletContext servletContext;
  @Context private HttpServletRequest httpRequest;

  /** All of them, without their rounds. */
  @GET
  public String list() {
    return withRuns(Runs::list);
  }

  /**
   * One of them, with its rounds.
   *
   * @param run number of the training
   */
  @GET
  @Path("{run: \\d{1,9}}")
  public String one(@PathParam("run") int run) {
    return withRuns(
        runs ->
            runs.one(run)
                .orElseThrow(() -> new NotFoundException("no training of the number " + run)));
  }

  private String withRuns(java.util.function.Function<Runs, String> answer) {
    return withUI(
        new AbstractFunction1<>() {
          @Override
          public String apply(SparkUI ui) {
            return answer.apply(new Runs(ui.store()));
          }
        });
  }

  @Override
  public String appId() {
    return appId;
  }

  @Override
  public void appId_$eq(String id) {
    appId = id;
  }

  @Override
  public String attemptId() {
    return attemptId;
  }

  @Override
  public void attemptId_$eq(String id) {
    attemptId = id;
  }

  @Override
  public ServletContext servletContext() {
    return servletContext;
  }

  @Override
  public void servletContext_$eq(ServletContext context) {
    servletContext = context;
  }

  @Override
  public HttpServletRequest httpRequest() {
    return httpRequest;
  }

  @Override
  public void httpRequest_$eq(HttpServletRequest request) {
    httpRequest = request;
  }
}
