package io.limbeck.dl4j.engine;

import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * How the planes of an image batch follow each other in memory: channel by channel, example by
 * example.
 *
 * @param examples of the batch
 * @param channels of an example
 * @param size elements of a plane
 */
record Planes(int examples, int channels, int size) {

  static Planes of(INDArray images) {
    int examples = (int) images.size(0);
    int channels = (int) images.size(1);
    return new Planes(examples, channels, (int) (images.length() / ((long) examples * channels)));
  }

  int count() {
    return examples * channels;
  }

  int length() {
    return examples * channels * size;
  }

  double elementsOfChannel() {
    return (double) examples * size;
  }
}
