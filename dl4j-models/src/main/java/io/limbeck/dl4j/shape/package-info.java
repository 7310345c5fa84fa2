/** Shapes of arrays for one example, as plain numbers and as DL4J names them. */
package io.limbeck.dl4j.shape;
