/** One experiment, one file: the records that a config file becomes, and how it is read. */
package io.limbeck.core.config;
