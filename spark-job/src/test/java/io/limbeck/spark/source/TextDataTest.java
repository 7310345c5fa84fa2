package io.limbeck.spark.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.limbeck.core.config.DataConfig;
import io.limbeck.core.config.DataConfig.Normalize;
import io.limbeck.core.config.DataConfig.Tokenize;
import io.limbeck.core.config.DataSource;
import io.limbeck.core.config.DataSource.Csv;
import io.limbeck.core.config.DataSource.Json;
import io.limbeck.core.config.DataSource.Parquet;
import io.limbeck.core.config.LabelType;
import io.limbeck.core.error.UserException;
import io.limbeck.spark.TestSpark;
import io.limbeck.spark.TestText;
import io.limbeck.spark.data.Block;
import io.limbeck.spark.data.DataLoader;
import io.limbeck.spark.data.ExampleSet;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TextDataTest {
  private static final String MAILS =
      """
      {"text": "Free money NOW and now", "label": 1}
      {"text": "meeting, at noon please and thanks", "label": 0}
      {"text": "", "label": 0}
      """;

  @TempDir private Path dir;

  @BeforeEach
  void write() {
    TestText.write(dir.resolve("tokenizer.json"), TestText.tokenizer("null"));
    TestText.write(dir.resolve("mails.jsonl"), MAILS);
  }

  private String path(String name) {
    return dir.resolve(name).toString();
  }

  private Json json(String name) {
    return new Json(path(name), "text", "label", 0, null);
  }

  private Tokenize tokenize(int length) {
    return new Tokenize(path("tokenizer.json"), length);
  }

  private static DataLoader loader(DataSource source, Tokenize tokenize) {
    return new DataLoader(
        TestSpark.session(),
        new DataConfig(
            2,
            null,
            source,
            null,
            null,
            new Normalize(null, List.of(0.0), List.of(1.0)),
            List.of(),
            null,
            tokenize,
            List.of(),
            null,
            32,
            null,
            LabelType.CLASS));
  }

  /** Features of every example, by its number. */
  private static List<float[]> features(DataLoader loader) {
    ExampleSet examples = loader.load(Part.TRAIN, loader.shape(), 1).orElseThrow();
    List<float[]> features = new ArrayList<>();
    Block block = examples.blocks().collect().get(0);
    for (int i = 0; i < block.size(); i++) {
      features.add(block.inOrder(1).batch(i).features().toFloatVector());
    }
    return features;
  }

  private static void assertMessage(DataLoader loader, String message) {
    assertThatThrownBy(() -> features(loader))
        .isInstanceOf(UserException.class)
        .hasMessage(message);
  }

  @Test
  void json_text_isCutAndPadded() {
    DataLoader loader = loader(json("mails.jsonl"), tokenize(5));
    assertThat(loader.shape()).containsExactly(5);
    assertThat(features(loader))
        .containsExactly(
            new float[] {2, 3, 4, 9, 4}, new float[] {5, 1, 6, 7, 8}, new float[] {0, 0, 0, 0, 0});
  }

  /** The marks of beginning and end may be all that there is room for. */
  @Test
  void tokenizer_withMarks_mayLeaveNoRoomForPadding() {
    TestText.write(
        dir.resolve("tokenizer.json"),
        TestText.tokenizer("null")
            .replace(
                "\"post_processor\": null",
                "\"post_processor\": {\"type\": \"BertProcessing\", \"sep\": [\"and\", 9], \"cls\": [\"at\", 6]}"));
    assertThat(features(loader(json("mails.jsonl"), tokenize(2))).get(0)).containsExactly(6, 9);
    assertThat(features(loader(json("mails.jsonl"), tokenize(3))).get(0)).containsExactly(6, 2, 9);
  }

  @Test
  void parquet_text_givesTheSame() {
    TestSpark.session()
        .read()
        .json(path("mails.jsonl"))
        .coalesce(1)
        .write()
        .parquet(path("mails.parquet"));
    DataLoader parquet =
        loader(new Parquet(path("mails.parquet"), "text", "label", 0, null), tokenize(4));
    List<float[]> expected = features(loader(json("mails.jsonl"), tokenize(4)));
    assertThat(features(parquet)).containsExactlyElementsOf(expected);
  }

  @Test
  void json_numbers_areTakenAsTheyAre() {
    TestText.write(
        dir.resolve("numbers.jsonl"),
        "{\"features\": [1, 2.5], \"label\": 0}\n{\"features\": [3, 4], \"label\": 1}\n");
    assertThat(
            features(loader(new Json(path("numbers.jsonl"), "features", "label", 1, null), null)))
        .containsExactly(new float[] {3, 4});
  }

  @Test
  void text_withoutTokenize_saysWhatIsMissing() {
    assertMessage(
        loader(json("mails.jsonl"), null),
        "'data.train.features': column 'text' of "
            + path("mails.jsonl")
            + " is of type string, but must hold bytes, a vector or a list of numbers; text in files needs 'data.tokenize'");
  }

  @Test
  void tokenize_ofNumbers_saysWhatIsNeeded() {
    assertMessage(
        loader(new Json(path("mails.jsonl"), "label", "label", 0, null), tokenize(4)),
        "'data.train.features': column 'label' of "
            + path("mails.jsonl")
            + " is of type bigint, but must hold text, as 'data.tokenize' is there");
  }

  @Test
  void tokenize_ofAnotherFormat_isRefused() {
    TestText.write(dir.resolve("a.csv"), "x,label\n1,0\n");
    assertMessage(
        loader(new Csv(path("a.csv"), "label", true, 0, null), tokenize(4)),
        "'data.tokenize' makes tokens of text in parquet or json, but 'data.train.format' is another");
  }

  @Test
  void tokenizer_missing_isTold() {
    assertMessage(
        loader(json("mails.jsonl"), new Tokenize(path("no.json"), 4)),
        "'data.tokenize.tokenizer' is \"" + path("no.json") + "\", which does not exist");
  }

  @Test
  void tokenizer_thatIsNone_isTold() {
    TestText.write(dir.resolve("tokenizer.json"), "{}");
    assertThatThrownBy(() -> features(loader(json("mails.jsonl"), tokenize(4))))
        .isInstanceOf(UserException.class)
        .hasMessageStartingWith(
            "'data.tokenize.tokenizer' is \""
                + path("tokenizer.json")
                + "\", which is no tokenizer.json of Hugging Face's: ");
  }

  @Test
  void tokenizer_thatPadsWithAnother_isRefused() {
    TestText.write(
        dir.resolve("tokenizer.json"),
        TestText.tokenizer(
            "{\"strategy\": \"BatchLongest\", \"direction\": \"Right\", \"pad_to_multiple_of\": null,"
                + " \"pad_id\": 1, \"pad_type_id\": 0, \"pad_token\": \"[UNK]\"}"));
    assertMessage(
        loader(json("mails.jsonl"), tokenize(4)),
        "'data.tokenize.tokenizer': "
            + path("tokenizer.json")
            + " pads with token 1, but what is padding must be token 0");
  }

  @Test
  void text_thatIsMissing_isTold() {
    TestText.write(
        dir.resolve("mails.jsonl"), "{\"text\": \"free\", \"label\": 1}\n{\"label\": 0}\n");
    assertThatThrownBy(() -> features(loader(json("mails.jsonl"), tokenize(4))))
        .isInstanceOf(UserException.class)
        .hasMessageMatching("'data.train': Example 1 of \\S*mails.jsonl has no values");
  }

  @Test
  void json_damagedLine_isTold() {
    TestText.write(dir.resolve("mails.jsonl"), "{\"text\": \"free\", \"label\": 1}\n{\"text\": \n");
    assertThatThrownBy(() -> features(loader(json("mails.jsonl"), tokenize(4))))
        .isInstanceOf(UserException.class)
        .hasMessageStartingWith(
            "'data.train.path' is \"" + path("mails.jsonl") + "\", which cannot be read: ");
  }

  @Test
  void json_missing_isTold() {
    assertMessage(
        loader(json("no.jsonl"), tokenize(4)),
        "'data.train.path' is \"" + path("no.jsonl") + "\", which does not exist");
  }

  @Test
  void tokenizer_ofAnotherLength_isAnother() {
    byte[] json = TestText.tokenizer("null").getBytes(java.nio.charset.StandardCharsets.UTF_8);
    Tokenizer four = Tokenizer.of(json, 4);
    assertThat(Tokenizer.of(json.clone(), 4)).isSameAs(four);
    assertThat(Tokenizer.of(json, 2).tokens("free money now")).containsExactly(2, 3);
    assertThat(Arrays.equals(four.tokens("free"), new float[] {2, 0, 0, 0})).isTrue();
  }
}
