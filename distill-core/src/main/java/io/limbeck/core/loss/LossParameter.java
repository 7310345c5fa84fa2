package io.limbeck.core.loss;

import java.util.List;

/**
 * Numbers of a loss that are learnt with the student. The loss finds their values among its inputs
 * and gives their gradients like an argument's.
 *
 * @param name unlike any argument's
 * @param shape of the array
 * @param initial the value that every element starts from
 */
public record LossParameter(String name, List<Long> shape, double initial) {}
