/** Brings DL4J's layers onto the fast native path that the release leaves switched off. */
package io.limbeck.dl4j.engine;
