package io.limbeck.spark.job;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.limbeck.core.config.ArchitectureConfig.Mlp;
import io.limbeck.core.config.ConfigReader;
import io.limbeck.core.config.ExperimentConfig;
import io.limbeck.dl4j.graph.Networks;
import io.limbeck.dl4j.store.ModelFile;
import io.limbeck.dl4j.zoo.Architectures;
import io.limbeck.spark.TestData;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.nd4j.linalg.api.buffer.DataType;

/** A whole distillation that takes a second: files in a folder, and its config. */
public final class TinyExperiment {
  private final Path dir;

  /** Writes data and a teacher with random weights. */
  public TinyExperiment(Path dir) {
    this.dir = dir;
    TestData.idx(dir, "train", 60, 1);
    TestData.idx(dir, "validation", 30, 2);
    TestData.idx(dir, "test", 30, 3);
    write("teacher.zip", teacher(TestData.CLASSES));
  }

  /** A teacher's file for a number of classes. */
  public static byte[] teacher(int classes) {
    InputType input = InputType.convolutional(8, 8, 1);
    return ModelFile.write(
        Networks.fresh(
            new Architectures(input, classes, 5, DataType.FLOAT).mlp(new Mlp(List.of(12), null))),
        1,
        8,
        8);
  }

  public Path write(String name, byte[] content) {
    try {
      return Files.write(dir.resolve(name), content);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The config as text; {@code output.dir} is {@code dir/out}. */
  public String json() {
    return """
        {
          "name": "tiny",
          "repeats": 2,
          "student_alone": true,
          "algorithm": {
            "type": "SingleTeacherDistill",
            "architecture": { "type": "SmallCnn", "channels": [3], "hidden": 8 },
            "teacher": { "type": "Mlp", "hidden": [12] },
            "teacher_ckpt": "DIR/teacher.zip",
            "distiller": {
              "type": "ConfigurableDistiller",
              "student_recorders": { "fc": { "type": "ModuleOutputs", "source": "head.fc" } },
              "teacher_recorders": { "fc": { "type": "ModuleOutputs", "source": "head.fc" } },
              "distill_losses": { "loss_kl": { "type": "KLDivergence", "tau": 2, "loss_weight": 0.5 } },
              "loss_forward_mappings": { "loss_kl": {
                "preds_S": { "from_student": true, "recorder": "fc" },
                "preds_T": { "from_student": false, "recorder": "fc" } } }
            }
          },
          "data": {
            "num_classes": 3,
            "train": { "format": "idx", "images": "DIR/train-images", "labels": "DIR/train-labels" },
            "validation": { "format": "idx", "images": "DIR/validation-images", "labels": "DIR/validation-labels" },
            "test": { "format": "idx", "images": "DIR/test-images", "labels": "DIR/test-labels" }
          },
          "schedule": { "epochs": 3, "batch_size": 8 },
          "averaging": { "workers": 2, "frequency": 2 },
          "output": { "dir": "DIR/out" }
        }
        """
        .replace("DIR", dir.toString());
  }

  /** The config's file. */
  public Path file() {
    return write("tiny.json", json().getBytes(java.nio.charset.StandardCharsets.UTF_8));
  }

  /** The config with overrides. */
  public ExperimentConfig config(String... overrides) {
    return new ConfigReader().read(file(), List.of(overrides));
  }

  /** A JSON file of the output folder. */
  public ObjectNode output(String name) {
    try {
      return (ObjectNode) new ObjectMapper().readTree(dir.resolve(name).toFile());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
