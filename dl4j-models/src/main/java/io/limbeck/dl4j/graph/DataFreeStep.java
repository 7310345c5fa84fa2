package io.limbeck.dl4j.graph;

import java.io.Serializable;
import java.util.LinkedHashMap;
import java.util.Map;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * One training step without data: a generator makes images of noise, the student learns from what
 * its teachers say of them, and the generator from what student and teachers say.
 */
public final class DataFreeStep {
  private final DistillationStep student;
  private final GeneratorStep generator;
  private final Plan plan;
  private final int latent;

  /** In which order the two learn. */
  public enum Order {
    /** The generator, then the student from new images. */
    GENERATOR_FIRST,
    /** The student, then the generator from new images. */
    STUDENT_FIRST,
    /** Both from the same images, which were made before either learnt. */
    TOGETHER
  }

  /**
   * How the two take turns.
   *
   * @param order who is first
   * @param studentIter mini-batches of the student for each of the generator
   */
  public record Plan(Order order, int studentIter) implements Serializable {}

  /**
   * A step.
   *
   * @param student learns without labels
   * @param generator makes the images
   * @param latent numbers of noise that an image is made of
   * @param plan how they take turns
   */
  public DataFreeStep(DistillationStep student, GeneratorStep generator, int latent, Plan plan) {
    this.student = student;
    this.generator = generator;
    this.latent = latent;
    this.plan = plan;
  }

  /** The student's part. */
  public DistillationStep student() {
    return student;
  }

  /** The generator's part. */
  public GeneratorStep generator() {
    return generator;
  }

  /**
   * Takes a step.
   *
   * @param size images of a mini-batch
   * @param epoch epochs since the start of training, with fractions
   * @return each loss by name, {@code distill.NAME}, the mean of the student's mini-batches, and
   *     {@code generator.NAME}
   */
  public Map<String, Double> run(int size, double epoch) {
    Map<String, Double> losses = new LinkedHashMap<>();
    switch (plan.order()) {
      case GENERATOR_FIRST -> {
        Map<String, Double> ofGenerator = trainGenerator(noise(size), epoch);
        losses.putAll(trainStudent(size, epoch));
        losses.putAll(ofGenerator);
      }
      case STUDENT_FIRST -> {
        losses.putAll(trainStudent(size, epoch));
        losses.putAll(trainGenerator(noise(size), epoch));
      }
      case TOGETHER -> {
        INDArray noise = noise(size);
        INDArray images = generator.images(noise);
        Map<String, Double> ofGenerator = trainGenerator(noise, epoch);
        losses.putAll(trainStudent(images, epoch));
        losses.putAll(ofGenerator);
      }
    }
    return losses;
  }

  private Map<String, Double> trainGenerator(INDArray noise, double epoch) {
    return generator.run(noise, student.student().network(), epoch);
  }

  private Map<String, Double> trainStudent(int size, double epoch) {
    Map<String, Double> means = new LinkedHashMap<>();
    for (int i = 0; i < plan.studentIter(); i++) {
      trainStudent(generator.images(noise(size)), epoch)
          .forEach((name, loss) -> means.merge(name, loss / plan.studentIter(), Double::sum));
    }
    return means;
  }

  private Map<String, Double> trainStudent(INDArray images, double epoch) {
    DistillationStep.Batch batch = DistillationStep.Batch.of(images, null);
    return student.run(
        new DistillationStep.Batch(images, null, batch.samples(), batch.fullSize(), null, epoch));
  }

  private INDArray noise(int size) {
    DataType type = generator.generator().getConfiguration().getDataType();
    return Nd4j.randn(type, size, latent);
  }
}
