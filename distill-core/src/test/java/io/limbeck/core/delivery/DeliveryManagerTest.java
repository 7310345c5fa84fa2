package io.limbeck.core.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.limbeck.core.error.UserException;
import io.limbeck.core.interception.Calls;
import java.util.Map;
import org.junit.jupiter.api.Test;

class DeliveryManagerTest {
  private static final String CALLS = "io.limbeck.core.interception.Calls";
  private final Calls teacher = new Calls();
  private final Calls student = new Calls();

  private static DeliveryManager next(int maxKeepData) {
    return new DeliveryManager(
        Map.of("d", new DeliveryConfig.MethodOutputs(CALLS + "#next", maxKeepData)), "deliveries");
  }

  @Test
  void student_getsTheTeachersValuesInOrder_withoutRunning() {
    DeliveryManager deliveries = next(2);
    student.next();
    student.next();
    student.next();
    try (DeliveryManager.Pass pass = deliveries.collect()) {
      assertThat(teacher.next()).isEqualTo(1);
      assertThat(teacher.next()).isEqualTo(2);
    }
    try (DeliveryManager.Pass pass = deliveries.override()) {
      assertThat(student.next()).isEqualTo(1);
      assertThat(student.next()).isEqualTo(2);
    }
    deliveries.requireEmpty();
    assertThat(student.next()).isEqualTo(4);
  }

  @Test
  void functionOutputs() {
    DeliveryManager deliveries =
        new DeliveryManager(
            Map.of("d", new DeliveryConfig.FunctionOutputs(CALLS + "#sum", 1)), "deliveries");
    try (DeliveryManager.Pass pass = deliveries.collect()) {
      Calls.sum(1, 2);
    }
    try (DeliveryManager.Pass pass = deliveries.override()) {
      assertThat(Calls.sum(100, 200)).isEqualTo(3);
    }
    assertThat(Calls.sum(100, 200)).isEqualTo(300);
  }

  @Test
  void tooManyCallsOfTheTeacher() {
    DeliveryManager deliveries = next(1);
    try (DeliveryManager.Pass pass = deliveries.collect()) {
      teacher.next();
      assertThatThrownBy(teacher::next)
          .isInstanceOf(UserException.class)
          .hasMessage(
              "'deliveries.d': push into a full queue: the teacher's pass calls "
                  + CALLS
                  + "#next more than 'max_keep_data', 1, times; raise it to the number of calls");
    }
  }

  @Test
  void tooManyCallsOfTheStudent() {
    DeliveryManager deliveries = next(1);
    try (DeliveryManager.Pass pass = deliveries.override()) {
      assertThatThrownBy(student::next)
          .isInstanceOf(UserException.class)
          .hasMessage(
              "'deliveries.d': pop from an empty queue: the student's pass calls "
                  + CALLS
                  + "#next more often than the teacher's did");
    }
  }

  @Test
  void tooFewCallsOfTheStudent() {
    DeliveryManager deliveries = next(3);
    try (DeliveryManager.Pass pass = deliveries.collect()) {
      teacher.next();
      teacher.next();
    }
    try (DeliveryManager.Pass pass = deliveries.override()) {
      student.next();
    }
    assertThatThrownBy(deliveries::requireEmpty)
        .isInstanceOf(UserException.class)
        .hasMessage(
            "'deliveries.d': 1 return value of "
                + CALLS
                + "#next left over at the end of the step: the student's pass calls it less often than the teacher's did");
    deliveries.requireEmpty();
  }

  @Test
  void path_unknown() {
    assertThatThrownBy(
            () ->
                new DeliveryManager(
                    Map.of("d", new DeliveryConfig.FunctionOutputs("a.B#c", 1)), "deliveries"))
        .hasMessage(
            "'deliveries.d.func_path' is \"a.B#c\", but there is no class a.B on the class path");
  }
}
