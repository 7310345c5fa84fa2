package io.limbeck.core.error;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class NamesTest {
  @Test
  void suggestion_nearestFirst_allWhenFew() {
    assertThat(Names.suggestion("epoch", List.of("batch_size", "epochs")))
        .isEqualTo("did you mean 'epochs'? (known: batch_size, epochs)");
  }

  @Test
  void suggestion_many_onlyTheNearest() {
    List<String> known =
        List.of(
            "backbone.layer1.0.conv1",
            "backbone.layer1.0.conv2",
            "backbone.layer1.1.conv1",
            "neck.gap",
            "head.fc",
            "x");
    assertThat(Names.suggestion("backbone.layer1.0.conv3", known))
        .isEqualTo(
            "did you mean 'backbone.layer1.0.conv1'? (also near: backbone.layer1.0.conv2, backbone.layer1.1.conv1)");
  }

  @Test
  void suggestion_containedName_countsAsNear() {
    assertThat(Names.suggestion("fc", List.of("gap", "head.fc", "abc", "bcd", "efg", "hij")))
        .startsWith("did you mean 'head.fc'?");
    assertThat(
            Names.suggestion(
                "layer3", List.of("neck.gap", "backbone.layer3.0.conv1", "a", "b", "c", "d")))
        .startsWith("did you mean 'backbone.layer3.0.conv1'?");
  }

  @Test
  void suggestion_aWordOfTheName_countsAsNear() {
    List<String> known = List.of("csv", "data_frame", "idx", "image_folder", "parquet");
    assertThat(Names.suggestion("images", known)).startsWith("did you mean 'image_folder'?");
    assertThat(Names.suggestion("cvs", known)).startsWith("did you mean 'csv'?");
  }

  @Test
  void suggestion_ofNothing() {
    assertThat(Names.suggestion("a", List.of())).isEqualTo("there are none");
  }
}
