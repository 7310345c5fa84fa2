/**
 * Training steps compiled for oneDNN: fewer operations than layers, channels last, and DL4J's
 * layers for the rest.
 */
package io.limbeck.dl4j.training;
