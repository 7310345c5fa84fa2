/**
 * Pieces that several losses are made of: each with its forward value and the way back of a
 * gradient. Arrays in, new arrays out; arguments are never changed.
 */
package io.limbeck.core.math;
