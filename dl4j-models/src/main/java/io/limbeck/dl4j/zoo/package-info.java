/** Networks that a config can name. */
package io.limbeck.dl4j.zoo;
