/** Functions between vertices that DL4J has no layer for. */
package io.limbeck.dl4j.function;
