/** What a training needs to go on where it was, kept in files that are whole or not there. */
package io.limbeck.spark.checkpoint;
