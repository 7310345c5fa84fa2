/**
 * Distillation losses: arrays in, value and gradients out. One record a loss; its components are
 * its keys in a config file. Knows nothing of networks.
 */
package io.limbeck.core.loss;
