/** Feeds what the recorders captured into the losses, and hands back the gradients. */
package io.limbeck.core.distiller;
