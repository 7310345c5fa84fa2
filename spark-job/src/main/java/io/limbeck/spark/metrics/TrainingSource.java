package io.limbeck.spark.metrics;

import com.codahale.metrics.Gauge;
import com.codahale.metrics.MetricRegistry;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.spark.metrics.source.Source;

/**
 * The latest numbers of training, on the driver. Which there are shows as it goes: losses have the
 * names that a config gives them.
 */
final class TrainingSource implements Source {
  // Spark's metrics system listens to it: what comes and goes here, comes and goes there.
  private final MetricRegistry registry = new MetricRegistry();
  private final Map<String, Double> values = new ConcurrentHashMap<>();

  @Override
  public String sourceName() {
    return "distillation";
  }

  @Override
  public MetricRegistry metricRegistry() {
    return registry;
  }

  /**
   * Sets numbers, and forgets those of others that have no meaning any more.
   *
   * @param latest by name
   */
  void set(Map<String, Double> latest) {
    values.putAll(latest);
    values.keySet().retainAll(latest.keySet());
    registry.removeMatching((name, metric) -> !latest.containsKey(name));
    latest.keySet().stream()
        .filter(name -> !registry.getNames().contains(name))
        .forEach(name -> registry.register(name, gauge(name)));
  }

  private Gauge<Double> gauge(String name) {
    return () -> values.getOrDefault(name, Double.NaN);
  }
}
