/** The peer of the step benchmark on PyTorch 2, which runs here without Python. */
package io.limbeck.benchmarks.djl;
