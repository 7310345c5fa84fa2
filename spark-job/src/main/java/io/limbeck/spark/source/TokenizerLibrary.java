package io.limbeck.spark.source;

import ai.djl.huggingface.tokenizers.jni.LibUtils;
import io.limbeck.core.error.UserException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.commons.io.FileUtils;

/** The native library of Hugging Face's tokenizers, loaded once in a JVM. */
final class TokenizerLibrary {
  private static final String CACHE = "DJL_CACHE_DIR";

  private static boolean loaded;

  private TokenizerLibrary() {}

  /**
   * Loads it, where it is not yet. It is to open no connection: neither to fetch anything nor to
   * tell that it is there. What it unpacks goes into a folder that only this JVM knows, and is gone
   * once it is loaded: in one of a known name another user of the machine could have put a library
   * of his own.
   *
   * @throws UserException when this machine cannot load it
   */
  static synchronized void load() {
    if (loaded) {
      return;
    }
    setUnlessSet("OPT_OUT_TRACKING", "true");
    setUnlessSet("ai.djl.offline", "true");
    try {
      if (isSet(CACHE)) {
        LibUtils.checkStatus();
      } else {
        loadFromOwnFolder();
      }
    } catch (RuntimeException | LinkageError e) {
      throw new UserException(
          "Hugging Face's tokenizers cannot be loaded on this machine, so there is no text here: they need Linux on x86_64 with glibc 2.34 or newer (Ubuntu 22.04, Debian 12, RHEL 9). %s"
              .formatted(reason(e)),
          e);
    }
    loaded = true;
  }

  private static void loadFromOwnFolder() {
    Path folder;
    try {
      folder = Files.createTempDirectory("limbeck-tokenizers");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    System.setProperty(CACHE, folder.toString());
    try {
      LibUtils.checkStatus();
    } finally {
      System.clearProperty(CACHE);
      FileUtils.deleteQuietly(folder.toFile());
    }
  }

  private static String reason(Throwable error) {
    Throwable cause = error;
    while (cause.getCause() != null) {
      cause = cause.getCause();
    }
    return String.valueOf(cause.getMessage()).lines().findFirst().orElse("");
  }

  private static void setUnlessSet(String property, String value) {
    if (!isSet(property)) {
      System.setProperty(property, value);
    }
  }

  private static boolean isSet(String property) {
    return System.getProperty(property) != null || System.getenv(property) != null;
  }
}
