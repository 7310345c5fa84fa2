package io.limbeck.spark;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;

/** Asks servers on this machine. */
final class Web {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final HttpClient CLIENT =
      HttpClient.newBuilder().followRedirects(HttpClient.Redirect.NORMAL).build();

  private Web() {}

  static int freePort() throws IOException {
    try (ServerSocket free = new ServerSocket(0)) {
      return free.getLocalPort();
    }
  }

  static HttpResponse<String> get(String url) throws IOException, InterruptedException {
    return CLIENT.send(
        HttpRequest.newBuilder(URI.create(url)).build(), HttpResponse.BodyHandlers.ofString());
  }

  static int status(String url) throws IOException, InterruptedException {
    return get(url).statusCode();
  }

  static JsonNode json(String url) throws IOException, InterruptedException {
    HttpResponse<String> answer = get(url);
    if (answer.statusCode() != 200) {
      throw new IOException(answer.statusCode() + " for " + url + ": " + answer.body());
    }
    return JSON.readTree(answer.body());
  }
}
