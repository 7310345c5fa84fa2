/** Losses between features: inner activations of student and teacher, position by position. */
package io.limbeck.core.loss.feature;
