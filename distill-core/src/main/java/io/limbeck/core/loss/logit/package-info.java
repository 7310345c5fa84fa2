/** Losses between class scores: logits of student and teacher. */
package io.limbeck.core.loss.logit;
