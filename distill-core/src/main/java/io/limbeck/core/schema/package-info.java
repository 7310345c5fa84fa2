/**
 * Config records described by annotations: their JSON Schema, defaults and checks. Knows no record
 * of the project.
 */
package io.limbeck.core.schema;
