/** Charts for pages: what a browser needs to draw them. */
package io.limbeck.spark.chart;
