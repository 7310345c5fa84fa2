package io.limbeck.dl4j.engine;

/**
 * The native path that networks run on.
 *
 * @param fast whether it is the fast CPU path
 * @param degraded whether networks run much slower here than they could, which the user should be
 *     warned of
 * @param description what to tell the user
 */
public record EngineStatus(boolean fast, boolean degraded, String description) {}
