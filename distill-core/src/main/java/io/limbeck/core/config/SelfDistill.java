package io.limbeck.core.config;

import io.limbeck.core.distiller.DistillerConfig;
import io.limbeck.core.schema.Key;
import java.util.List;
import java.util.Map;

/**
 * One network teaches itself: what the teacher's recorders capture is its own, of the same pass,
 * and takes no gradient, so that deeper layers teach shallower ones.
 *
 * <p>Source: L. Zhang et al., "Be Your Own Teacher: Improve the Performance of Convolutional Neural
 * Networks via Self Distillation", ICCV 2019, arXiv:1905.08094; MMRazor's {@code SelfDistill}.
 *
 * @param architecture the network
 * @param initCfg an earlier experiment whose network and connectors these start from; null for a
 *     fresh start
 * @param studentTrainable whether the network learns, or only connectors and losses
 * @param calculateStudentLoss whether the labels' cross-entropy is part of the total
 * @param studentLossWeight factor of the labels' cross-entropy
 * @param stopEpoch the epoch, from 0, from which the student learns from labels alone; null for
 *     none
 * @param distiller what is compared with what
 * @param exits connectors that are early exits, by name
 */
public record SelfDistill(
    @Key("The network") ArchitectureConfig architecture,
    @Key(
            value = "An earlier experiment whose network and connectors these start from",
            optional = true)
        Pretrained initCfg,
    @Key(
            value = "Whether the network learns, or only what connectors and losses learn",
            def = "true")
        boolean studentTrainable,
    @Key(
            value = "Whether the labels' cross-entropy is added to the distillation losses",
            def = "true")
        boolean calculateStudentLoss,
    @Key(value = "Factor of the labels' cross-entropy in the total", def = "1.0", min = 0)
        double studentLossWeight,
    @Key(
            value =
                "Epoch, counted from 0, from which the student learns from labels alone; by default distillation goes on"
                    + " to the end",
            optional = true,
            min = 1)
        Integer stopEpoch,
    @Key("What is compared with what; both recorder sets are of the one network")
        DistillerConfig distiller,
    @Key(
            value =
                "Early exits by name: connectors whose output is logits. Each is evaluated with the network, and exported as a"
                    + " network that ends there",
            def = "{}")
        Map<String, ExitConfig> exits)
    implements Distillation {
  /** Checks the names. */
  public SelfDistill {
    FileNames.require("algorithm.exits", "an exit", exits.keySet(), List.of());
  }
}
