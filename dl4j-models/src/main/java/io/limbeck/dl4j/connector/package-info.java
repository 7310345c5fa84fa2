/** Connectors as DL4J layers: branches behind recorded values. */
package io.limbeck.dl4j.connector;
