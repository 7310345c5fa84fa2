/** Parts of a step by themselves, on JMH: `benchmarks/micro`. */
package io.limbeck.benchmarks.micro;
