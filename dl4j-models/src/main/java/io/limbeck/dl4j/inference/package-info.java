/** Frozen networks compiled for oneDNN: fewer operations than layers, channels last. */
package io.limbeck.dl4j.inference;
