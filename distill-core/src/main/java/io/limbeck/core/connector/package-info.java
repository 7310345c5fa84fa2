/** The seam of connectors: modules between a recorded value and a loss. */
package io.limbeck.core.connector;
