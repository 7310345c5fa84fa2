/**
 * Watching and overriding calls of methods that know nothing of it: how values are recorded and
 * delivered that no layer puts out.
 */
package io.limbeck.core.interception;
