/** Overrides values of the student's pass with those of the teacher's. */
package io.limbeck.core.delivery;
