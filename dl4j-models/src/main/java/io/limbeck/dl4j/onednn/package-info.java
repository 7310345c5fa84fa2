/** oneDNN's primitives on ND4J's arrays, driven directly rather than through libnd4j. */
package io.limbeck.dl4j.onednn;
