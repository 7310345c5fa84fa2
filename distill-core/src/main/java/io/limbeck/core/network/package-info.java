/**
 * The seam between the distiller and a network: named vertices, their shapes, their values in one
 * forward pass.
 */
package io.limbeck.core.network;
