/** What a teacher puts out for training examples, kept in files: computed once, then read. */
package io.limbeck.spark.cache;
