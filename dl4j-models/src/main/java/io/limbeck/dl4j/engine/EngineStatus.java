package io.limbeck.dl4j.engine;

/**
 * The native path that networks run on.
 *
 * @param fast whether it is the fast CPU path
 * @param description what to tell the user
 */
public record EngineStatus(boolean fast, String description) {}
