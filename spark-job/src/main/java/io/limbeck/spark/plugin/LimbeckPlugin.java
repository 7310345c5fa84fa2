package io.limbeck.spark.plugin;

import java.util.Map;
import org.apache.spark.SparkContext;
import org.apache.spark.api.plugin.DriverPlugin;
import org.apache.spark.api.plugin.ExecutorPlugin;
import org.apache.spark.api.plugin.PluginContext;
import org.apache.spark.api.plugin.SparkPlugin;

/**
 * The plugin for {@code spark.plugins}. Limbeck's own commands set it; programs that distil in a
 * session of theirs name it themselves.
 */
public final class LimbeckPlugin implements SparkPlugin {
  @Override
  public DriverPlugin driverPlugin() {
    return new DriverPlugin() {
      private SparkContext spark;

      @Override
      public Map<String, String> init(SparkContext context, PluginContext plugin) {
        spark = context;
        return Map.of();
      }

      /** Called when the application has its id, which is part of paths and of metrics' names. */
      @Override
      public void registerMetrics(String application, PluginContext plugin) {
        Monitoring.begin(spark);
      }
    };
  }

  @Override
  public ExecutorPlugin executorPlugin() {
    return new ExecutorPlugin() {
      @Override
      public void init(PluginContext context, Map<String, String> settings) {
        ExecutorMetrics.register(context.metricRegistry());
      }
    };
  }
}
