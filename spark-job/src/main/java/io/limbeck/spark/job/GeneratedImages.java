package io.limbeck.spark.job;

import io.limbeck.core.network.FrozenTeacher;
import io.limbeck.dl4j.graph.RandomSeed;
import io.limbeck.spark.visual.ImageFigure;
import java.util.Optional;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** A picture of what a generator makes, by the class that a teacher sees in it. */
final class GeneratedImages {
  private static final int IMAGES = 256;

  private GeneratedImages() {}

  /**
   * Draws some images.
   *
   * @param generator trained
   * @param latent numbers of noise that an image is made of
   * @param teacher tells the classes, its only output
   * @param classes that there are
   * @param seed of the noise
   * @return a PNG; empty for images that are neither grey nor coloured
   */
  static Optional<byte[]> png(
      ComputationGraph generator, int latent, FrozenTeacher teacher, int classes, long seed) {
    RandomSeed.set(seed);
    INDArray images = generator.output(true, Nd4j.randn(DataType.FLOAT, IMAGES, latent))[0];
    if (images.size(1) != 1 && images.size(1) != 3) {
      return Optional.empty();
    }
    INDArray scores = teacher.load().instance().forward(images).get(teacher.outputs().get(0));
    int[] labels = scores.argMax(1).toIntVector();
    return Optional.of(ImageFigure.png(images, labels, classes));
  }
}
