/** Networks from Keras' HDF5 files, as if DL4J had written them. */
package io.limbeck.dl4j.keras;
