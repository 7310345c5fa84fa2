/** Pictures of what recorders capture in student and teacher. */
package io.limbeck.spark.visual;
