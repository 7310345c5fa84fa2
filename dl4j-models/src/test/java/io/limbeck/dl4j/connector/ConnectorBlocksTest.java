package io.limbeck.dl4j.connector;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.limbeck.core.config.ConfigReader;
import io.limbeck.core.config.ExperimentConfig;
import io.limbeck.core.config.SingleTeacherDistill;
import io.limbeck.core.connector.Connector;
import io.limbeck.core.error.UserException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Connectors' blocks in a config: the reference's keys are taken, and what is wrong is told. */
class ConnectorBlocksTest {
  private static final String CONV = "type: ConvModuleConnector, in_channel: 4, out_channel: 6";
  private static final String FBKD = "type: FBKDStudentConnector, in_channels: 4";
  @TempDir Path dir;
  private Path file;

  @BeforeEach
  void write() throws IOException {
    file =
        Files.writeString(
            dir.resolve("experiment.yaml"),
            """
            name: blocks
            algorithm:
              type: SingleTeacherDistill
              architecture: { type: Mlp, hidden: [8] }
              teacher: { type: Mlp, hidden: [8] }
              teacher_ckpt: teacher.zip
              distiller:
                type: ConfigurableDistiller
                student_recorders: { fc: { type: ModuleOutputs, source: head.fc } }
                teacher_recorders: { fc: { type: ModuleOutputs, source: head.fc } }
                distill_losses: { loss_kl: { type: KLDivergence } }
                loss_forward_mappings:
                  loss_kl:
                    preds_S: { from_student: true, recorder: fc }
                    preds_T: { from_student: false, recorder: fc }
            data:
              num_classes: 3
              train: { format: csv, path: a.csv, label: class }
            output: { dir: out }
            """);
  }

  private ExperimentConfig config(String block) {
    return new ConfigReader()
        .read(file, List.of("algorithm.distiller.connectors.own={" + block + "}"));
  }

  private Connector read(String block) {
    return ((SingleTeacherDistill) config(block).algorithm())
        .distiller()
        .connectors()
        .get("own")
        .connectors()
        .get(0);
  }

  @Test
  void keysThatChangeNothing_areTaken() throws IOException {
    ConvModuleConnector plain =
        (ConvModuleConnector) read(CONV + ", norm_cfg: {type: BN}, act_cfg: {type: ReLU}");
    String same =
        CONV
            + ", conv_cfg: {type: Conv2d}, norm_cfg: {type: SyncBN, requires_grad: true},"
            + " act_cfg: {type: ReLU, inplace: true}, inplace: true, with_spectral_norm: false, init_cfg: null";
    assertThat(read(same)).isEqualTo(plain);
    assertThat(read(CONV + ", act_cfg: {type: ELU, alpha: 1}"))
        .isEqualTo(read(CONV + ", act_cfg: {type: ELU, alpha: 1.0}"));
    Path copy =
        Files.writeString(
            dir.resolve("copy.json"), new ConfigReader().toTree(config(same)).toString());
    assertThat(new ConfigReader().read(copy, List.of())).isEqualTo(config(same));
  }

  @Test
  void keysOfTheReferencesSpelling_areTaken() {
    assertThat(read(FBKD + ", spatial_T: 0.3, channel_T: 0.4, mode: dot_product"))
        .isEqualTo(new FBKDStudentConnector(4, 2, false, 2, true, 0.3, 0.4));
  }

  @Test
  void bias_isAWordOrABoolean() {
    assertThat(((ConvModuleConnector) read(CONV + ", bias: true")).bias())
        .isEqualTo(ConvModuleConnector.Bias.YES);
    assertThat(((ConvModuleConnector) read(CONV + ", bias: false")).bias())
        .isEqualTo(ConvModuleConnector.Bias.NO);
    assertThat(((ConvModuleConnector) read(CONV + ", bias: auto")).bias())
        .isEqualTo(ConvModuleConnector.Bias.AUTO);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          groups: 4 | 'groups' of a ConvModuleConnector is 4 but must divide 'in_channel', 4, and 'out_channel', 6
          padding_mode: mirror | 'algorithm.distiller.connectors.own.padding_mode' is "mirror" but must be one of zeros, reflect, replicate, circular
          bias: perhaps | 'algorithm.distiller.connectors.own.bias' is "perhaps" but must be one of auto, true, false
          with_spectral_norm: true | 'algorithm.distiller.connectors.own.with_spectral_norm' is true but must be false, as there is no spectral norm
          conv_cfg: {type: Conv1d} | 'algorithm.distiller.connectors.own.conv_cfg' is {"type":"Conv1d"} but must be {"type":"Conv2d"}, as maps have two sides
          act_cfg: {type: ELU, alpha: 0.5} | 'algorithm.distiller.connectors.own.act_cfg.alpha' is 0.5 but must be 1.0, as DL4J has the right gradient for this limit below zero only
          act_cfg: {type: Relu} | 'algorithm.distiller.connectors.own.act_cfg.type' is "Relu"
          norm_cfg: {type: GN, num_groups: 2} | 'algorithm.distiller.connectors.own.norm_cfg.type' is "GN" but must be one of BN, BN2d, SyncBN
          init_cfg: {type: Normal} | 'algorithm.distiller.connectors.own.init_cfg' is {"type":"Normal"} but must be null, as weights start as PyTorch's layers start theirs
          order: [conv, act] | 'order' of a ConvModuleConnector must hold conv, norm and act, each once
          kernel: 3 | 'algorithm.distiller.connectors.own.kernel' is not a key of 'algorithm.distiller.connectors.own', did you mean 'kernel_size'?
          """)
  void mistake_isTold(String extra, String message) {
    assertThatThrownBy(() -> read(CONV + ", " + extra))
        .isInstanceOf(UserException.class)
        .hasMessageContaining(message);
  }

  @Test
  void reflectedPadding_mustFit() {
    ConvModuleConnector wide =
        (ConvModuleConnector)
            read(CONV + ", padding_mode: reflect, padding: 3, kernel_size: 3, act_cfg: null");
    assertThatThrownBy(() -> wide.outputs(List.of(List.of(4L, 3L, 8L))))
        .hasMessage("'padding' is 3, but only less than a side of the map can be mirrored");
  }
}
