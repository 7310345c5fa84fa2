/** The distillation step against the same step in PyTorch, in turn in one run. */
package io.limbeck.benchmarks.peer;
