package io.limbeck.core.delivery;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import io.limbeck.core.schema.Key;
import java.io.Serializable;

/** Which values of the student's pass are the teacher's, as a config file says it. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
@JsonSubTypes({
  @JsonSubTypes.Type(value = DeliveryConfig.FunctionOutputs.class, name = "FunctionOutputs"),
  @JsonSubTypes.Type(value = DeliveryConfig.MethodOutputs.class, name = "MethodOutputs"),
  @JsonSubTypes.Type(value = DeliveryConfig.ModuleOutputs.class, name = "ModuleOutputs")
})
public sealed interface DeliveryConfig extends Serializable {

  /**
   * What a static method returns in the teacher's pass is what it returns in the student's, call by
   * call, without running.
   *
   * @param funcPath {@code package.Class#method}
   * @param maxKeepData how many calls the teacher's pass makes at most
   */
  record FunctionOutputs(
      @Key("The static method, package.Class#method, whose return values are delivered")
          String funcPath,
      @Key(value = "Most calls of it in the teacher's pass", min = 1) int maxKeepData)
      implements DeliveryConfig {}

  /**
   * What a method of an object returns in the teacher's pass is what it returns in the student's,
   * call by call, without running.
   *
   * @param methodPath {@code package.Class#method}
   * @param maxKeepData how many calls the teacher's pass makes at most
   */
  record MethodOutputs(
      @Key("The method, package.Class#method, whose return values are delivered") String methodPath,
      @Key(value = "Most calls of it in the teacher's pass", min = 1) int maxKeepData)
      implements DeliveryConfig {}

  /**
   * The output of a module of the teacher takes the place of that of a module of the student; no
   * gradient flows back through it.
   *
   * @param source the student's module
   * @param teacherSource the teacher's module; null for one of the same name
   */
  record ModuleOutputs(
      @Key("Name of the student's module whose output is replaced") String source,
      @Key(
              value =
                  "Name of the teacher's module whose output takes its place; by default the same name",
              optional = true)
          String teacherSource)
      implements DeliveryConfig {

    /** The teacher's module. */
    public String from() {
      return teacherSource == null ? source : teacherSource;
    }
  }
}
