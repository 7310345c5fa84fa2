package io.limbeck.core.config;

import io.limbeck.core.config.ScheduleConfig.LrSchedule;
import io.limbeck.core.config.ScheduleConfig.Updater;
import io.limbeck.core.schema.Key;
import java.io.Serializable;

/**
 * How fast a generator learns.
 *
 * @param updater the optimizer
 * @param weightDecay decay of weights, not of biases or BatchNorm
 * @param lrSchedule how the learning rate changes
 */
public record GeneratorSchedule(
    @Key(value = "The optimizer", def = "{\"type\": \"Adam\"}") Updater updater,
    @Key(value = "Weight decay, as in schedule.weight_decay", def = "0.0", min = 0)
        double weightDecay,
    @Key(value = "How the learning rate changes over the steps", def = "{\"type\": \"Constant\"}")
        LrSchedule lrSchedule)
    implements Serializable {}
