/** What a user gets to see at the end: numbers, honestly chosen, as a table and as JSON. */
package io.limbeck.spark.report;
