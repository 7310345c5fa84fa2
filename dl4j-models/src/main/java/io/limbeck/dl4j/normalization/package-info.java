/** BatchNorms that do not change with the mode in which a network runs. */
package io.limbeck.dl4j.normalization;
