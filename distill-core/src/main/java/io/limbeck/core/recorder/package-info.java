/** Captures named values of a network during a forward pass, for the losses to read. */
package io.limbeck.core.recorder;
