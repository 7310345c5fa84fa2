package io.limbeck.core.config;

import io.limbeck.core.distiller.DistillerConfig;
import io.limbeck.core.error.Names;
import io.limbeck.core.error.UserException;
import io.limbeck.core.schema.Key;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Several networks learn from the labels and from each other, all in the same pass: what the
 * teacher's recorders capture is their own, and takes no gradient. There is no teacher that had to
 * be trained before. Beside the peers' own vertices there is {@code ensemble}, the mean of their
 * logits, so that the peers can learn from what they know together.
 *
 * <p>Source: Y. Zhang et al., "Deep Mutual Learning", CVPR 2018, arXiv:1706.00384; X. Lan et al.,
 * "Knowledge Distillation by On-the-Fly Native Ensemble", NeurIPS 2018, arXiv:1806.04606, where the
 * peers share their first layers and a gate weighs their logits; Q. Guo et al., "Online Knowledge
 * Distillation via Collaborative Learning", CVPR 2020.
 *
 * @param peers by name
 * @param student the peer that the experiment is about
 * @param calculateStudentLoss whether each peer's cross-entropy with the labels is part of the
 *     total
 * @param studentLossWeight factor of each peer's cross-entropy with the labels
 * @param stopEpoch the epoch, from 0, from which every peer learns from labels alone; null for none
 * @param distiller what is compared with what
 */
public record OnlineDistill(
    @Key(
            value =
                "The networks that teach each other; NAME. begins the sources of what is recorded in one",
            minItems = 2)
        Map<String, PeerConfig> peers,
    @Key(
            value =
                "The peer that the experiment is about: it chooses the best epoch, is what student_alone trains, and becomes"
                    + " student.zip; by default the first",
            optional = true)
        String student,
    @Key(
            value =
                "Whether each peer's cross-entropy with the labels is added to the distillation losses",
            def = "true")
        boolean calculateStudentLoss,
    @Key(
            value = "Factor of each peer's cross-entropy with the labels in the total",
            def = "1.0",
            min = 0)
        double studentLossWeight,
    @Key(
            value =
                "Epoch, counted from 0, from which every peer learns from labels alone; by default distillation goes on to"
                    + " the end",
            optional = true,
            min = 1)
        Integer stopEpoch,
    @Key("What is compared with what; both recorder sets are of all peers, and of their ensemble")
        DistillerConfig distiller)
    implements Distillation {
  /** The name of the mean of all peers' logits. */
  public static final String ENSEMBLE = "ensemble";

  /** Checks the names. */
  public OnlineDistill {
    FileNames.require("algorithm.peers", "a peer", peers.keySet(), List.of(ENSEMBLE));
    student = student == null ? peers.keySet().iterator().next() : student;
    if (!peers.containsKey(student)) {
      throw new UserException(
          "'algorithm.student' is \"%s\", which is not one of 'algorithm.peers', %s"
              .formatted(student, Names.suggestion(student, peers.keySet())));
    }
  }

  @Override
  public ArchitectureConfig architecture() {
    return peers.get(student).architecture();
  }

  @Override
  public Map<String, LearningNetwork> learning() {
    Map<String, LearningNetwork> learning = new LinkedHashMap<>();
    learning.put(student, null);
    peers.forEach(
        (name, peer) ->
            learning.put(
                name,
                new LearningNetwork(
                    peer.architecture(),
                    "algorithm.peers." + name + ".architecture",
                    peer.checkpoint() != null,
                    peer.checkpoint(),
                    "algorithm.peers." + name + ".checkpoint",
                    taskLossWeight())));
    return learning;
  }

  @Override
  public Pretrained initCfg() {
    return null;
  }

  @Override
  public boolean studentTrainable() {
    return true;
  }
}
