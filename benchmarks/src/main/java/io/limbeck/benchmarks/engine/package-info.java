/** What rounds cost beside their steps: the engine against dl4j-spark's own, and against itself. */
package io.limbeck.benchmarks.engine;
