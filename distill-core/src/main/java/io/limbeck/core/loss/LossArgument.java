package io.limbeck.core.loss;

import io.limbeck.core.network.Side;

/**
 * One argument of a loss.
 *
 * @param name as in a config's {@code loss_forward_mappings}
 * @param side the network whose recorded value it is
 * @param differentiable whether the loss gives a gradient with respect to it
 */
public record LossArgument(String name, Side side, boolean differentiable) {}
