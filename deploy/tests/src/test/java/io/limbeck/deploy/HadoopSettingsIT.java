package io.limbeck.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.yarn.conf.YarnConfiguration;
import org.apache.hadoop.yarn.server.resourcemanager.scheduler.capacity.CapacitySchedulerConfiguration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The files of {@code deploy/yarn} set what YARN knows, by the names that its code has. */
class HadoopSettingsIT {
  private static Configuration file(String name) {
    Configuration file = new Configuration(false);
    file.addResource(new Path(Project.ROOT.resolve("deploy/yarn").resolve(name).toUri()));
    return file;
  }

  private static Set<String> names(Configuration settings) {
    Set<String> names = new TreeSet<>();
    for (Map.Entry<String, String> setting : settings) {
      names.add(setting.getKey());
    }
    return names;
  }

  private static Set<String> known(Class<?> constants) throws IllegalAccessException {
    Set<String> known = new TreeSet<>();
    for (Field field : constants.getFields()) {
      if (field.getType() == String.class && Modifier.isStatic(field.getModifiers())) {
        known.add((String) field.get(null));
      }
    }
    return known;
  }

  @ParameterizedTest
  @ValueSource(strings = {"resource-types.xml", "yarn-site-gpu.xml"})
  void names_areOnes(String name) throws IllegalAccessException {
    assertThat(names(file(name))).isNotEmpty().isSubsetOf(known(YarnConfiguration.class));
  }

  /** What is said of a queue has the queue's path in its name. */
  @Test
  void namesOfQueues_areOnes() throws IllegalAccessException {
    Set<String> known = known(CapacitySchedulerConfiguration.class);
    assertThat(names(file("capacity-scheduler.xml")))
        .isNotEmpty()
        .allSatisfy(
            name ->
                assertThat(known)
                    .contains(
                        name.replaceFirst(
                            "^yarn\\.scheduler\\.capacity\\.root\\.((default|training)\\.)?", "")));
  }

  @Test
  void queues_shareAll() {
    Configuration scheduler = file("capacity-scheduler.xml");
    double shares = 0;
    for (String queue : scheduler.getStrings("yarn.scheduler.capacity.root.queues")) {
      shares += scheduler.getDouble("yarn.scheduler.capacity.root." + queue + ".capacity", 0);
    }
    assertThat(shares).isEqualTo(100);
  }
}
