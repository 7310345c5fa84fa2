/** What an executor does with one partition: a pure function of plan, round and block. */
package io.limbeck.spark.worker;
