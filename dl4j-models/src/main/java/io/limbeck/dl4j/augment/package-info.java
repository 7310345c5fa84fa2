/** Changes of whole mini-batches. */
package io.limbeck.dl4j.augment;
