package io.limbeck.core.config;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;

/** A config that is right, for tests to spoil. */
final class Configs {
  static final String VALID =
      """
      {
        "name": "kd",
        "algorithm": {
          "type": "SingleTeacherDistill",
          "architecture": { "type": "CifarResNet", "depth": 20 },
          "teacher": { "type": "CifarResNet", "depth": 56 },
          "teacher_ckpt": "teacher.zip",
          "distiller": {
            "type": "ConfigurableDistiller",
            "student_recorders": { "fc": { "type": "ModuleOutputs", "source": "head.fc" } },
            "teacher_recorders": { "fc": { "type": "ModuleOutputs", "source": "head.fc" } },
            "distill_losses": { "loss_kl": { "type": "KLDivergence", "tau": 4 } },
            "loss_forward_mappings": { "loss_kl": {
              "preds_S": { "from_student": true, "recorder": "fc" },
              "preds_T": { "from_student": false, "recorder": "fc" } } }
          }
        },
        "data": {
          "train": { "format": "idx", "images": "i", "labels": "l" },
          "num_classes": 10
        },
        "output": { "dir": "out" }
      }
      """;

  private Configs() {}

  static ObjectNode tree() {
    try {
      return (ObjectNode) new YAMLMapper().readTree(VALID);
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }
}
