package io.limbeck.dl4j.fusion;

import java.util.List;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.SubsamplingLayer;

/** What a network does in one pass over its operands. Names are those of vertices. */
public sealed interface Operation {
  /** The vertex whose output it computes. */
  String name();

  /** The vertices whose outputs it reads. */
  List<String> inputs();

  /**
   * A convolution, and what follows it.
   *
   * @param layer the convolution
   * @param conf its configuration
   * @param normalization the BatchNorm in its weights; null for none
   * @param addend what is added; null for none
   * @param relu whether negative values become zero
   */
  record Convolve(
      String name,
      String layer,
      String input,
      ConvolutionLayer conf,
      String normalization,
      String addend,
      boolean relu)
      implements Operation {
    @Override
    public List<String> inputs() {
      return addend == null ? List.of(input) : List.of(input, addend);
    }
  }

  /** A fully connected layer, and a ReLU. */
  record Product(String name, String layer, String input, boolean relu) implements Operation {
    @Override
    public List<String> inputs() {
      return List.of(input);
    }
  }

  /** A BatchNorm that has no convolution before it, and a ReLU. */
  record Normalize(String name, String layer, String input, boolean relu) implements Operation {
    @Override
    public List<String> inputs() {
      return List.of(input);
    }
  }

  /** A sum of two, and a ReLU. */
  record Add(String name, String left, String right, boolean relu) implements Operation {
    @Override
    public List<String> inputs() {
      return List.of(left, right);
    }
  }

  /** A ReLU by itself. */
  record Rectify(String name, String input) implements Operation {
    @Override
    public List<String> inputs() {
      return List.of(input);
    }
  }

  /**
   * A pooling.
   *
   * @param conf null for a mean over whole feature maps
   */
  record Pool(String name, String input, SubsamplingLayer conf) implements Operation {
    @Override
    public List<String> inputs() {
      return List.of(input);
    }
  }

  /** Feature maps as one row of numbers, channel after channel. */
  record Flatten(String name, String input) implements Operation {
    @Override
    public List<String> inputs() {
      return List.of(input);
    }
  }

  /**
   * A vertex that only DL4J knows how to run.
   *
   * @param inputs the vertices whose outputs it reads
   */
  record Own(String name, List<String> inputs) implements Operation {}
}
