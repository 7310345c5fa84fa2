/** Files wherever Hadoop reaches: local, HDFS, object stores. Written whole or not at all. */
package io.limbeck.spark.storage;
