/** Numbers in fewer bits, for what travels or is kept. Pure arithmetic. */
package io.limbeck.spark.precision;
