package org.apache.spark.status.api.v1.limbeck;

import javax.ws.rs.Path;
import javax.ws.rs.PathParam;

/** {@code /api/v1/applications/ID/distillation}, in the history server. */
@Path("/v1")
public final class DistillationApi {
  /**
   * Trainings of an application of one attempt.
   *
   * @return a resource of which Jersey makes an instance
   */
  @Path("applications/{appId}/distillation")
  public Class<DistillationResource> application(@PathParam("appId") String appId) {
    return DistillationResource.class;
  }

  /**
   * Trainings of an attempt.
   *
   * @return a resource of which Jersey makes an instance
   */
  @Path("applications/{appId}/{attemptId}/distillation")
  public Class<DistillationResource> attempt(
      @PathParam("appId") String appId, @PathParam("attemptId") String attemptId) {
    return DistillationResource.class;
  }
}
