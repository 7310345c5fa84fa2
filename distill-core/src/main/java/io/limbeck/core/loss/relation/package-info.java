/** Losses between relations: what examples are to each other, in student and teacher. */
package io.limbeck.core.loss.relation;
