/** Measurements that print ratios against a peer in the same run. */
package io.limbeck.benchmarks;
