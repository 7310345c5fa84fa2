/** What is told to a user who made a mistake. */
package io.limbeck.core.error;
