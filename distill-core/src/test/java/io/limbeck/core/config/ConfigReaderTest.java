package io.limbeck.core.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.limbeck.core.config.ArchitectureConfig.CifarResNet;
import io.limbeck.core.connector.Connector;
import io.limbeck.core.connector.ConnectorChain;
import io.limbeck.core.distiller.DistillerConfig;
import io.limbeck.core.error.UserException;
import io.limbeck.core.loss.Loss;
import io.limbeck.core.loss.LossAndGradient;
import io.limbeck.core.loss.LossArgument;
import io.limbeck.core.loss.LossInputs;
import io.limbeck.core.loss.Reduction;
import io.limbeck.core.loss.Shapes;
import io.limbeck.core.loss.datafree.InformationEntropyLoss;
import io.limbeck.core.loss.feature.FBKDLoss;
import io.limbeck.core.loss.feature.L1Loss;
import io.limbeck.core.loss.logit.KLDivergence;
import io.limbeck.core.schema.Key;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ConfigReaderTest {
  private final ConfigReader reader = new ConfigReader();
  @TempDir Path dir;
  private Path file;

  @BeforeEach
  void write() throws IOException {
    file = Files.writeString(dir.resolve("kd.json"), Configs.VALID);
  }

  @Test
  void read_fillsDefaults() {
    ExperimentConfig config = reader.read(file, List.of());
    SingleTeacherDistill algorithm = (SingleTeacherDistill) config.algorithm();
    assertThat(config.seeds()).containsExactly(1L);
    assertThat(config.schedule().batchSize()).isEqualTo(64);
    assertThat(config.schedule().updater()).isEqualTo(new ScheduleConfig.Nesterovs(0.05, 0.9));
    assertThat(config.averaging().frequency()).isEqualTo(10);
    assertThat(config.averaging().workers()).isNull();
    assertThat(algorithm.calculateStudentLoss()).isTrue();
    assertThat(algorithm.architecture()).isEqualTo(new CifarResNet(20, null));
    assertThat(algorithm.distiller().distillLosses())
        .containsEntry("loss_kl", new KLDivergence(4, Reduction.BATCH_MEAN, 1, true, false));
    assertThat(
            algorithm.distiller().lossForwardMappings().get("loss_kl").get("preds_T").recordIdx())
        .isZero();
  }

  /** Where YAML may make objects, a tag says of which class. */
  @Test
  void read_yamlTags_areText() throws IOException {
    Path yaml =
        Files.writeString(
            dir.resolve("tag.yaml"),
            "name: !!java.io.FileOutputStream [made.txt]\nalgorithm: {}\n");
    assertThatThrownBy(() -> reader.read(yaml, List.of()))
        .isInstanceOf(UserException.class)
        .hasMessageContaining("'name'");
    assertThat(Path.of("made.txt")).doesNotExist();
  }

  @Test
  void read_yaml_sameAsJson() throws IOException {
    Path yaml =
        Files.writeString(
            dir.resolve("kd.yaml"),
            """
            name: kd
            algorithm:
              type: Supervised
              architecture: { type: Mlp, hidden: [8] }
            data:
              num_classes: 3
              train: { format: csv, path: a.csv, label: class }
            output: { dir: out }
            """);
    ExperimentConfig config = reader.read(yaml, List.of());
    assertThat(config.algorithm())
        .isEqualTo(new Supervised(new ArchitectureConfig.Mlp(List.of(8), null)));
  }

  @Test
  void toTree_readsBackEqual() throws IOException {
    ExperimentConfig config = reader.read(file, List.of());
    Path copy = Files.writeString(dir.resolve("copy.json"), reader.toTree(config).toString());
    assertThat(reader.read(copy, List.of())).isEqualTo(config);
  }

  @Test
  void set_overridesNestedKeys() {
    ExperimentConfig config =
        reader.read(
            file,
            List.of(
                "algorithm.distiller.distill_losses.loss_kl.tau=2.5",
                "schedule.epochs=3",
                "name=other",
                "schedule.lr_schedule={type: MultiStep, milestones: [1, 2]}"));
    SingleTeacherDistill algorithm = (SingleTeacherDistill) config.algorithm();
    assertThat(((KLDivergence) algorithm.distiller().distillLosses().get("loss_kl")).tau())
        .isEqualTo(2.5);
    assertThat(config.schedule().epochs()).isEqualTo(3);
    assertThat(config.name()).isEqualTo("other");
    assertThat(config.schedule().lrSchedule())
        .isEqualTo(new ScheduleConfig.MultiStep(0, List.of(1.0, 2.0), 0.1));
  }

  @Test
  void block_withoutType_isOfTheDefaultsType() {
    assertThat(
            reader.read(file, List.of("schedule.updater.learning_rate=1e-3")).schedule().updater())
        .isEqualTo(new ScheduleConfig.Nesterovs(1e-3, 0.9));
    assertThat(
            reader
                .read(file, List.of("schedule.lr_schedule.warmup_epochs=2"))
                .schedule()
                .lrSchedule())
        .isEqualTo(new ScheduleConfig.Constant(2));
  }

  @Test
  void base_isLaidBelow() throws IOException {
    Path child =
        Files.writeString(
            dir.resolve("child.yaml"),
            """
            base: kd.json
            name: child
            algorithm:
              teacher_ckpt: null
              teacher: { type: ModelFile, path: t.zip }
            """);
    ExperimentConfig config = reader.read(child, List.of());
    SingleTeacherDistill algorithm = (SingleTeacherDistill) config.algorithm();
    assertThat(config.name()).isEqualTo("child");
    assertThat(algorithm.teacher()).isEqualTo(new ArchitectureConfig.ModelFile("t.zip", false));
    assertThat(algorithm.teacherCkpt()).isNull();
    assertThat(algorithm.architecture()).isEqualTo(new CifarResNet(20, null));
  }

  @Test
  void base_cycle_isRefused() throws IOException {
    Files.writeString(dir.resolve("a.yaml"), "base: b.yaml");
    Files.writeString(dir.resolve("b.yaml"), "base: a.yaml");
    assertUserError(
        dir.resolve("a.yaml"),
        "'base' of " + dir.resolve("b.yaml") + " includes " + dir.resolve("a.yaml"));
  }

  @Test
  void base_missing_namesBothFiles() throws IOException {
    Path child = Files.writeString(dir.resolve("c.yaml"), "base: nowhere.yaml");
    assertUserError(
        child,
        "Config file " + dir.resolve("nowhere.yaml") + " does not exist, 'base' of " + child);
  }

  /** One mistake in every block, and the whole message. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          algoritm=3 | 'algoritm' is not a key of the file, did you mean 'algorithm'?
          algorithm.distiler=3 | 'algorithm.distiler' is not a key of 'algorithm', did you mean 'distiller'?
          algorithm.type=SingleTeacher | 'algorithm.type' is "SingleTeacher", which is none of the 10 names known here, did you mean 'SingleTeacherDistill'? (also near: MultiStage, Supervised)
          algorithm.architecture.dept=20 | 'algorithm.architecture.dept' is not a key of 'algorithm.architecture', did you mean 'depth'? (known: depth, num_classes, type)
          algorithm.architecture.depth=twenty | 'algorithm.architecture.depth' is "twenty" but must be an integer
          algorithm.architecture.depth=21 | 'depth' of a CifarResNet is 21 but must be 6 n + 2: the nearest are 20 and 26
          algorithm.teacher.type=ResNett | 'algorithm.teacher.type' is "ResNett", which is none of the 15 names known here, did you mean 'ResNet'? (also near:
          algorithm.teacher={type: RegNet, model_name: regnety_16} | 'algorithm.teacher.model_name' is "regnety_16", which is none of the 24 names known here, did you mean 'regnety_016'?
          algorithm.architecture={type: VisionTransformer, arch: deit_base} | 'algorithm.architecture.arch' is "deit_base" but must be one of deit-tiny, deit-small, deit-base, did you mean 'deit-base'?
          algorithm.architecture={type: VisionTransformer, drop_path_rate: 1} | 'algorithm.architecture.drop_path_rate' is 1 but must be <= 0.99
          algorithm.teacher_trainable="yes" | 'algorithm.teacher_trainable' is "yes" but must be true or false
          algorithm.calculate_student_loss=maybe | 'algorithm.calculate_student_loss' is "maybe" but must be true or false
          algorithm.distiller.student_recorders.fc.type=ModuleOutput | 'algorithm.distiller.student_recorders.fc.type' is "ModuleOutput" but must be one of ModuleOutputs, ModuleInputs, FunctionOutputs, FunctionInputs, MethodOutputs, MethodInputs, Parameter, did you mean 'ModuleOutputs'?
          algorithm.distiller.student_recorders.fc.sources=a | 'algorithm.distiller.student_recorders.fc.sources' is not a key of 'algorithm.distiller.student_recorders.fc', did you mean 'source'? (known: source, type)
          algorithm.distiller.distill_losses.loss_kl.type=KLDivergense | 'algorithm.distiller.distill_losses.loss_kl.type' is "KLDivergense", which is none of the 30 names known here, did you mean 'KLDivergence'? (also near:
          algorithm.distiller.distill_losses.loss_kl.tau=0 | 'algorithm.distiller.distill_losses.loss_kl.tau' is 0 but must be > 0
          algorithm.distiller.distill_losses.loss_kl.reduction=average | 'algorithm.distiller.distill_losses.loss_kl.reduction' is "average" but must be one of batchmean, mean, sum, none
          algorithm.distiller.loss_forward_mappings.loss_kl.preds_S.recoder=fc | 'algorithm.distiller.loss_forward_mappings.loss_kl.preds_S.recoder' is not a key of 'algorithm.distiller.loss_forward_mappings.loss_kl.preds_S', did you mean 'recorder'?
          algorithm.distiller.loss_forward_mappings.loss_kl.preds_S.from_student=yes please | 'algorithm.distiller.loss_forward_mappings.loss_kl.preds_S.from_student' is "yes please" but must be true or false
          data.num_classes=1 | 'data.num_classes' is 1 but must be >= 2
          data.train.format=mnist | 'data.train.format' is "mnist" but must be one of idx, parquet, csv, json, image_folder, mask_folder
          data.train.image=x | 'data.train.image' is not a key of 'data.train', did you mean 'images'?
          data.augment=[{type: RandomFlip, probability: 2}] | 'data.augment.0.probability' is 2 but must be <= 1
          data.normalize.mean=0.5 | 'data.normalize.mean' is 0.5 but must be a list
          schedule.label_smooth_val=2 | 'schedule.label_smooth_val' is 2 but must be <= 1
          schedule.batch_size=0 | 'schedule.batch_size' is 0 but must be >= 1
          schedule.updater.type=SGD | 'schedule.updater.type' is "SGD" but must be one of Sgd, Nesterovs, Adam, AdamW, did you mean 'Sgd'?
          schedule.lr_schedule={type: MultiStep, milestones: []} | 'schedule.lr_schedule.milestones' must have at least 1 entries
          averaging.frequency=0 | 'averaging.frequency' is 0 but must be >= 1
          averaging.updater_state=keep | 'averaging.updater_state' is "keep" but must be one of average, reset
          output.directory=x | 'output.directory' is not a key of 'output', did you mean 'dir'?
          """)
  void read_mistake(String override, String message) {
    assertThatThrownBy(() -> reader.read(file, List.of(override)))
        .isInstanceOf(UserException.class)
        .hasMessageContaining(message);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          data=null | 'data' is missing: the examples
          output.dir=null | 'output.dir' is missing: folder for the report
          algorithm.type=null | 'algorithm.type' is missing: must be one of SingleTeacherDistill, OverhaulFeatureDistillation, FpnTeacherDistill, MultiTeacherDistill, SelfDistill, OnlineDistill, DataFreeDistillation, DAFLDataFreeDistillation and 2 more, all in docs/config.md
          algorithm.teacher=null | 'algorithm.teacher' is missing: the teacher
          algorithm.distiller.student_recorders.fc.source=null | 'algorithm.distiller.student_recorders.fc.source' is missing: name of the module
          algorithm.distiller.loss_forward_mappings.loss_kl.preds_T.from_student=null | 'algorithm.distiller.loss_forward_mappings.loss_kl.preds_T.from_student' is missing: whether the recorder
          data.train.labels=null | 'data.train.labels' is missing: IDX file of the labels
          """)
  void read_missingKey(String override, String message) {
    assertThatThrownBy(() -> reader.read(file, List.of(override)))
        .isInstanceOf(UserException.class)
        .hasMessageContaining(message);
  }

  @Test
  void read_severalMistakes_allTold() {
    assertThatThrownBy(
            () -> reader.read(file, List.of("schedule.epochs=0", "data.num_clases=2", "seed=x")))
        .isInstanceOfSatisfying(UserException.class, e -> assertThat(e.problems()).hasSize(3));
  }

  @Test
  void read_missingFile() {
    assertUserError(
        dir.resolve("no.json"), "Config file " + dir.resolve("no.json") + " does not exist");
  }

  @Test
  void read_brokenJson_saysWhere() throws IOException {
    Path broken = Files.writeString(dir.resolve("broken.json"), "{\n  \"name\": \"x\",\n  oops\n}");
    assertUserError(broken, "Config file " + broken + ", line 3, column ");
  }

  @Test
  void read_duplicateKey() throws IOException {
    Path twice = Files.writeString(dir.resolve("twice.json"), "{\"name\": \"x\", \"name\": \"y\"}");
    assertUserError(twice, "Duplicate");
  }

  @Test
  void read_notAnObject() throws IOException {
    Path list = Files.writeString(dir.resolve("list.json"), "[1]");
    assertUserError(list, "must hold an object with keys such as 'name' and 'algorithm'");
  }

  @Test
  void set_withoutEquals() {
    assertThatThrownBy(() -> reader.read(file, List.of("schedule.epochs")))
        .hasMessage("--set \"schedule.epochs\" must read key=value, such as schedule.epochs=5");
  }

  private void assertUserError(Path path, String message) {
    assertThatThrownBy(() -> reader.read(path, List.of()))
        .isInstanceOf(UserException.class)
        .hasMessageContaining(message);
  }

  /** A loss of the user's own, by its class' name, with keys of its own. */
  public record OwnLoss(@Key(value = "How much", def = "2.5", min = 0) double amount)
      implements Loss {
    @Override
    public List<LossArgument> arguments() {
      return List.of(LossArgument.student("x"));
    }

    @Override
    public Optional<String> shapeProblem(Shapes shapes) {
      return Optional.empty();
    }

    @Override
    public LossAndGradient lossAndGradient(LossInputs inputs) {
      return LossAndGradient.of(0);
    }
  }

  private ExperimentConfig withLoss(String loss) {
    return reader.read(file, List.of("algorithm.distiller.distill_losses.own=" + loss));
  }

  @Test
  void keysOfTheReference_areTakenWhereTheyAskForNothingElse() throws IOException {
    ExperimentConfig config = withLoss("{type: L1Loss, size_average: null, reduce: null}");
    assertThat(distiller(config).distillLosses())
        .containsEntry("own", new L1Loss(1, Reduction.MEAN));
    Path copy = Files.writeString(dir.resolve("copy.json"), reader.toTree(config).toString());
    assertThat(reader.read(copy, List.of())).isEqualTo(config);
    assertThat(distiller(withLoss("{type: InformationEntropyLoss, gather: false}")).distillLosses())
        .containsEntry("own", new InformationEntropyLoss(1));
    assertThatThrownBy(() -> withLoss("{type: InformationEntropyLoss, gather: true}"))
        .isInstanceOf(UserException.class)
        .hasMessageStartingWith(
            "'algorithm.distiller.distill_losses.own.gather' is true but must be false, as partitions exchange nothing"
                + " within a step");
    assertThatThrownBy(() -> withLoss("{type: L1Loss, reduce: true}"))
        .hasMessage(
            "'algorithm.distiller.distill_losses.own.reduce' is true but must be null, as PyTorch replaced it by"
                + " reduction");
  }

  @Test
  void theReferencesSpelling_isTaken() {
    FBKDLoss loss =
        (FBKDLoss)
            distiller(withLoss("{type: FBKDLoss, nonloacl_weight: 3}")).distillLosses().get("own");
    assertThat(loss.nonlocalWeight()).isEqualTo(3);
    assertThatThrownBy(() -> withLoss("{type: FBKDLoss, nonloacl_weight: 3, nonlocal_weight: 4}"))
        .hasMessage(
            "'algorithm.distiller.distill_losses.own.nonloacl_weight' is another name of"
                + " 'algorithm.distiller.distill_losses.own.nonlocal_weight', which is there too: leave one out");
  }

  private static DistillerConfig distiller(ExperimentConfig config) {
    return ((SingleTeacherDistill) config.algorithm()).distiller();
  }

  @Test
  void type_isAClassName() throws IOException {
    String name = OwnLoss.class.getName();
    ExperimentConfig config = withLoss("{type: \"" + name + "\"}");
    assertThat(((SingleTeacherDistill) config.algorithm()).distiller().distillLosses())
        .containsEntry("own", new OwnLoss(2.5));
    Path copy = Files.writeString(dir.resolve("copy.json"), reader.toTree(config).toString());
    assertThat(reader.read(copy, List.of())).isEqualTo(config);
    assertThatThrownBy(() -> withLoss("{type: \"" + name + "\", amount: -1}"))
        .hasMessage("'algorithm.distiller.distill_losses.own.amount' is -1 but must be >= 0");
    assertThatThrownBy(() -> withLoss("{type: \"" + name + "\", amont: 1}"))
        .hasMessage(
            "'algorithm.distiller.distill_losses.own.amont' is not a key of 'algorithm.distiller.distill_losses.own', did"
                + " you mean 'amount'? (known: amount, type)");
  }

  @Test
  void type_isAClassThatIsNotThere_orNotOne() {
    assertThatThrownBy(() -> withLoss("{type: com.example.No}"))
        .isInstanceOf(UserException.class)
        .hasMessage(
            "'algorithm.distiller.distill_losses.own.type' is \"com.example.No\", but there is no class of that name on"
                + " the class path");
    assertThatThrownBy(() -> withLoss("{type: java.lang.String}"))
        .hasMessageStartingWith(
            "'algorithm.distiller.distill_losses.own.type' is \"java.lang.String\", but that class implements none of"
                + " io.limbeck.core.loss.Loss");
  }

  /** A connector of the user's own. */
  public record OwnConnector(@Key("How much") int amount) implements Connector {
    @Override
    public List<List<Long>> outputs(List<List<Long>> inputs) {
      return inputs;
    }

    @Override
    public boolean trainable() {
      return false;
    }
  }

  private ExperimentConfig withConnectors(String connectors) {
    return reader.read(
        file,
        List.of(
            "algorithm.distiller.connectors="
                + connectors.replace("OWN", "type: " + OwnConnector.class.getName())));
  }

  @Test
  void connectors_oneOrAList() throws IOException {
    ExperimentConfig config =
        withConnectors("{a: {OWN, amount: 1}, b: [{OWN, amount: 2}, {OWN, amount: 3}]}");
    assertThat(((SingleTeacherDistill) config.algorithm()).distiller().connectors())
        .containsEntry("a", ConnectorChain.of(new OwnConnector(1)))
        .containsEntry("b", ConnectorChain.of(new OwnConnector(2), new OwnConnector(3)));
    Path copy = Files.writeString(dir.resolve("copy.json"), reader.toTree(config).toString());
    assertThat(reader.read(copy, List.of())).isEqualTo(config);
    assertThatThrownBy(() -> withConnectors("{a: {OWN}}"))
        .hasMessage("'algorithm.distiller.connectors.a.amount' is missing: how much");
    assertThatThrownBy(() -> withConnectors("{b: [{OWN, amount: 2}, {OWN, amount: x}]}"))
        .hasMessage("'algorithm.distiller.connectors.b.1.amount' is \"x\" but must be an integer");
  }
}
