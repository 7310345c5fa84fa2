/** How the partitions' students become one. Pure arithmetic, without Spark. */
package io.limbeck.spark.averaging;
