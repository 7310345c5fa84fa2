/** Losses for learning without labels or without data: a generator's, and those of wild images. */
package io.limbeck.core.loss.datafree;
