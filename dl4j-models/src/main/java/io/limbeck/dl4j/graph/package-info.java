/** Student and teacher as DL4J graphs, and the training step that runs them against each other. */
package io.limbeck.dl4j.graph;
