package io.limbeck.core.schema;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.introspect.AnnotatedClass;
import com.fasterxml.jackson.databind.introspect.JacksonAnnotationIntrospector;
import com.fasterxml.jackson.databind.jsontype.NamedType;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/**
 * The types that a config's blocks may name. A closed family lists its members itself, in
 * {@code @JsonSubTypes}; those of an open one stand here, and more can be added.
 */
public final class Families {
  private final Map<Class<?>, Map<String, Class<?>>> open;

  private Families(Map<Class<?>, Map<String, Class<?>>> open) {
    this.open = open;
  }

  /** None but closed ones. */
  public static Families none() {
    return new Families(Map.of());
  }

  /**
   * The same with one more family, which has no members yet.
   *
   * @param family an interface with {@code @JsonTypeInfo}
   * @return this object stays as it is
   */
  public Families with(Class<?> family) {
    Map<Class<?>, Map<String, Class<?>>> more = new LinkedHashMap<>(open);
    more.putIfAbsent(family, Map.of());
    return new Families(Collections.unmodifiableMap(more));
  }

  /**
   * The same with one more member.
   *
   * @param family an interface with {@code @JsonTypeInfo}
   * @param name what a file calls the member
   * @param member a record that implements it
   * @return this object stays as it is
   */
  public Families with(Class<?> family, String name, Class<?> member) {
    Map<Class<?>, Map<String, Class<?>>> more = new LinkedHashMap<>(open);
    Map<String, Class<?>> members = new LinkedHashMap<>(more.getOrDefault(family, Map.of()));
    members.put(name, member);
    more.put(family, Collections.unmodifiableMap(members));
    return new Families(Collections.unmodifiableMap(more));
  }

  /** The open families. */
  Set<Class<?>> open() {
    return open.keySet();
  }

  /** The members of a family by name; none when it is not one. */
  Map<String, Class<?>> members(Class<?> family) {
    JsonSubTypes closed = family.getAnnotation(JsonSubTypes.class);
    if (closed == null || !family.isInterface()) {
      return open.getOrDefault(family, Map.of());
    }
    Map<String, Class<?>> members = new LinkedHashMap<>();
    for (JsonSubTypes.Type each : closed.value()) {
      members.put(each.name(), each.value());
    }
    return members;
  }

  /** The families that a record is a member of. */
  List<Class<?>> of(Class<?> member) {
    List<Class<?>> families = new ArrayList<>();
    open.forEach(
        (family, members) -> {
          if (members.containsValue(member)) {
            families.add(family);
          }
        });
    interfaces(member)
        .filter(each -> each.isAnnotationPresent(JsonTypeInfo.class))
        .filter(each -> members(each).containsValue(member) && !families.contains(each))
        .forEach(families::add);
    return families;
  }

  /** A family may have kinds of its own between itself and a member. */
  private static Stream<Class<?>> interfaces(Class<?> type) {
    return Stream.of(type.getInterfaces())
        .flatMap(each -> Stream.concat(Stream.of(each), interfaces(each)))
        .distinct();
  }

  /** The names of a member. */
  List<String> names(Class<?> family, Class<?> member) {
    return members(family).entrySet().stream()
        .filter(entry -> entry.getValue() == member)
        .map(Map.Entry::getKey)
        .toList();
  }

  /**
   * Tells Jackson the members of open families. A member is written under its first name, one that
   * is not known here under its class' name.
   *
   * @param mapper which is changed
   */
  public void register(ObjectMapper mapper) {
    mapper.setAnnotationIntrospector(
        new JacksonAnnotationIntrospector() {
          @Override
          public String findTypeName(AnnotatedClass type) {
            String name = super.findTypeName(type);
            return name == null && isMember(type.getRawType()) ? type.getName() : name;
          }
        });
    open.values()
        .forEach(
            members -> {
              List<NamedType> types = new ArrayList<>();
              members.forEach((name, member) -> types.add(new NamedType(member, name)));
              Collections.reverse(types);
              types.forEach(mapper::registerSubtypes);
            });
  }

  private boolean isMember(Class<?> type) {
    return open.keySet().stream().anyMatch(family -> family.isAssignableFrom(type));
  }
}
