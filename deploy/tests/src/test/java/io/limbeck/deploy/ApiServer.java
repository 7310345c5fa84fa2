package io.limbeck.deploy;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.fabric8.kubernetes.client.NamespacedKubernetesClient;
import io.fabric8.kubernetes.client.server.mock.KubernetesCrudDispatcher;
import io.fabric8.kubernetes.client.server.mock.KubernetesMockServer;
import io.fabric8.mockwebserver.Context;
import java.net.HttpURLConnection;
import java.net.Socket;
import java.util.HashMap;
import java.util.List;
import okhttp3.Headers;
import okhttp3.mockwebserver.MockResponse;
import okhttp3.mockwebserver.MockWebServer;
import okhttp3.mockwebserver.RecordedRequest;
import okio.Buffer;

/**
 * What keeps and hands out a cluster's objects: a stand-in for Kubernetes' API server, taught two
 * things that Spark relies on.
 */
final class ApiServer implements AutoCloseable {
  private final KubernetesMockServer server =
      new KubernetesMockServer(
          new Context(), new MockWebServer(), new HashMap<>(), new Objects(), false);

  ApiServer() {
    server.start();
  }

  String url() {
    return server.url("/").replaceAll("/$", "");
  }

  NamespacedKubernetesClient client() {
    return server.createClient();
  }

  @Override
  public void close() {
    server.shutdown();
  }

  private static final class Objects extends KubernetesCrudDispatcher {
    private static final ObjectMapper MAPPER = new ObjectMapper();

    /** What is new is pending. */
    @Override
    public MockResponse handleCreate(RecordedRequest request) {
      String body = request.getBody().clone().readUtf8();
      try {
        JsonNode object = MAPPER.readTree(body);
        if (object.path("kind").asText().equals("Pod") && !object.path("status").has("phase")) {
          ((ObjectNode) object).set("status", MAPPER.createObjectNode().put("phase", "Pending"));
          return super.handleCreate(like(request, request.getPath(), object.toString()));
        }
      } catch (JsonProcessingException e) {
        throw new IllegalStateException(e);
      }
      return super.handleCreate(request);
    }

    /** What is applied and not there yet is created. */
    @Override
    public MockResponse handlePatch(RecordedRequest request) {
      String body = request.getBody().clone().readUtf8();
      MockResponse response = super.handlePatch(request);
      String type = String.valueOf(request.getHeader("Content-Type"));
      if (type.contains("apply-patch")
          && response.getStatus().contains(String.valueOf(HttpURLConnection.HTTP_NOT_FOUND))) {
        String path = request.getPath().replaceAll("\\?.*", "");
        return handleCreate(like(request, path.substring(0, path.lastIndexOf('/')), body));
      }
      return response;
    }

    private static RecordedRequest like(RecordedRequest request, String path, String body) {
      Buffer buffer = new Buffer().writeUtf8(body);
      return new RecordedRequest(
          "POST " + path + " HTTP/1.1",
          Headers.of("Content-Type", "application/json"),
          List.of(),
          buffer.size(),
          buffer,
          request.getSequenceNumber(),
          new Socket());
    }
  }
}
