/**
 * The history server's REST interface of trainings. Spark looks for resources of its REST interface
 * in this package and below it, and nowhere else.
 */
package org.apache.spark.status.api.v1.limbeck;
