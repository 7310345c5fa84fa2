package io.limbeck.spark;

import org.apache.logging.log4j.Level;
import org.apache.logging.log4j.core.config.Configurator;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.SparkSession;

/** One local Spark for all tests of a JVM. */
public final class TestSpark {
  private TestSpark() {}

  /** The session; commands that stop it get a new one the next time. */
  public static SparkSession session() {
    Configurator.setRootLevel(Level.ERROR);
    SparkSession spark =
        SparkSession.builder()
            // A failed task is tried again, as on a cluster.
            .master("local[2,2]")
            .appName("tests")
            .config("spark.ui.enabled", false)
            .config("spark.driver.host", "127.0.0.1")
            .config("spark.driver.bindAddress", "127.0.0.1")
            .getOrCreate();
    spark.sparkContext().setLogLevel("OFF");
    return spark;
  }

  /** Its context. */
  public static JavaSparkContext context() {
    return new JavaSparkContext(session().sparkContext());
  }

  /** Lets go of what other tests have left persisted, before one that looks at what it leaves. */
  public static void forgetAll() {
    context().getPersistentRDDs().values().forEach(rdd -> rdd.unpersist(true));
  }
}
