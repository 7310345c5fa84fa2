/** What examples are read from: files of several formats, and the rows of a program. */
package io.limbeck.spark.source;
