package io.limbeck.core.recorder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.limbeck.core.error.UserException;
import io.limbeck.core.interception.Calls;
import io.limbeck.core.network.ForwardPass;
import io.limbeck.core.network.NetworkDescription;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class CallRecorderTest {
  private static final String CALLS = "io.limbeck.core.interception.Calls";
  private static final NetworkDescription NETWORK =
      new NetworkDescription("input", List.of(1L), List.of(), "fc", "loss");

  private static RecorderManager manager(Recorder recorder) {
    return new RecorderManager(Map.of("r", recorder), NETWORK, "recorders");
  }

  private static void assertProblem(Recorder recorder, String message) {
    assertThatThrownBy(() -> manager(recorder))
        .isInstanceOf(UserException.class)
        .hasMessage("'recorders.r.source' is \"" + recorder.source() + "\", " + message);
  }

  @Test
  void functionOutputs_everyCallInOrder() {
    try (Recording recording = manager(new FunctionOutputs(CALLS + "#sum")).start()) {
      assertThat(Calls.sum(1, 2)).isEqualTo(3);
      Calls.sum(10, 20);
      recording.take(ForwardPass.of(Map.of()));
      Calls.sum(5, 5);
      assertThat(recording.get("r", 0, null)).isEqualTo(3);
      assertThat(recording.get("r", 1, null)).isEqualTo(30);
      assertThat(recording.get("r", -1, null)).isEqualTo(30);
      assertThatThrownBy(() -> recording.get("r", 2, null))
          .hasMessage("record_idx is 2 but recorder 'r' has recorded 2");
    }
  }

  /** Wide parameters and references take their places right. */
  @Test
  void functionInputs_asAList() {
    try (Recording recording = manager(new FunctionInputs(CALLS + "#wide")).start()) {
      assertThat(Calls.wide(1L << 40, 2.5, "abc")).isEqualTo((1L << 40) + 5);
      assertThat(recording.get("r", 0, null)).isEqualTo(List.of(1L << 40, 2.5, "abc"));
      assertThat(recording.get("r", 0, 2)).isEqualTo("abc");
      assertThat(recording.get("r", 0, -3)).isEqualTo(1L << 40);
      assertThatThrownBy(() -> recording.get("r", 0, 3))
          .hasMessage("data_idx is 3 but recorder 'r' has recorded 3");
    }
  }

  @Test
  void methodOutputs_andInputs() {
    Calls calls = new Calls();
    RecorderManager both =
        new RecorderManager(
            Map.of(
                "out", new MethodOutputs(CALLS + ".add"), "in", new MethodInputs(CALLS + "#add")),
            NETWORK,
            "recorders");
    try (Recording recording = both.start()) {
      calls.add(1, 2);
      assertThat(recording.get("out", 0, null)).isEqualTo(3);
      assertThat(recording.get("in", 0, null)).isEqualTo(List.of(1, 2));
      assertThatThrownBy(() -> recording.get("out", 0, 0))
          .hasMessage(
              "Recorder 'out' has recorded Integer, which is no list, so data_idx must be left out");
    }
  }

  @Test
  void outside_nothingIsRecorded_andTheMethodRunsAsEver() {
    RecorderManager manager = manager(new FunctionOutputs(CALLS + "#sum"));
    try (Recording recording = manager.start()) {
      Calls.sum(1, 1);
    }
    assertThat(Calls.sum(2, 2)).isEqualTo(4);
    try (Recording recording = manager.start()) {
      assertThatThrownBy(() -> recording.get("r", 0, null))
          .hasMessage("Recorder 'r' has recorded nothing");
    }
  }

  @Test
  void bodyThrows_listeningEnds() {
    RecorderManager manager = manager(new MethodOutputs(CALLS + "#add"));
    Calls calls = new Calls();
    Recording[] escaped = new Recording[1];
    assertThatThrownBy(
            () -> {
              try (Recording recording = manager.start()) {
                escaped[0] = recording;
                calls.add(1, 1);
                calls.add(-1, 1);
              }
            })
        .hasMessage("negative");
    calls.add(1, 1);
    assertThatThrownBy(() -> escaped[0].get("r", 0, null))
        .hasMessage("Recorder 'r' has recorded nothing");
  }

  @Test
  void threads_doNotSeeEachOther() {
    RecorderManager manager = manager(new FunctionOutputs(CALLS + "#sum"));
    try (Recording recording = manager.start()) {
      CompletableFuture.runAsync(
              () -> {
                try (Recording other = manager.start()) {
                  Calls.sum(7, 7);
                  assertThat(other.get("r", 0, null)).isEqualTo(14);
                }
              })
          .join();
      Calls.sum(1, 0);
      assertThat(recording.get("r", 0, null)).isEqualTo(1);
      assertThatThrownBy(() -> recording.get("r", 1, null))
          .isInstanceOf(IndexOutOfBoundsException.class);
    }
  }

  @Test
  void voidMethod_recordsNull() {
    try (Recording recording = manager(new FunctionOutputs(CALLS + "#nothing")).start()) {
      Calls.nothing();
      assertThat(recording.get("r", 0, null)).isNull();
    }
  }

  @Test
  void source_notAPath() {
    assertProblem(new FunctionOutputs("sum"), "which must read package.Class#method");
  }

  @Test
  void source_unknownClass() {
    assertProblem(
        new FunctionOutputs("io.limbeck.No#sum"),
        "but there is no class io.limbeck.No on the class path");
  }

  @Test
  void source_unknownMethod() {
    assertThatThrownBy(() -> manager(new FunctionOutputs(CALLS + "#sun")))
        .hasMessageContaining(
            "but class " + CALLS + " declares no method 'sun', did you mean 'sum'?");
  }

  @Test
  void source_functionWhereAMethodIsMeant() {
    assertProblem(
        new MethodInputs(CALLS + "#sum"),
        "which is static: use the type that begins with Function");
    assertProblem(
        new FunctionInputs(CALLS + "#add"),
        "which is not static: use the type that begins with Method");
  }

  @Test
  void source_ofTheJdk() {
    assertProblem(
        new FunctionOutputs("java.lang.Math#abs"),
        "which belongs to the JDK, whose methods cannot be watched: name the method that calls it");
  }
}
