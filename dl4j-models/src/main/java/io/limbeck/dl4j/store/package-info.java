/** Model files: DL4J's own zip, read strictly and written whole. */
package io.limbeck.dl4j.store;
