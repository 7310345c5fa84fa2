package io.limbeck.dl4j.connector;

import io.limbeck.core.schema.Key;
import io.limbeck.dl4j.function.RandomMask;
import java.util.List;

/**
 * Masked generation: a random part of the student's feature is set to zero, and two convolutions
 * generate the teacher's whole feature from the rest. Where channels differ, a convolution of one
 * by one aligns them first.
 *
 * <p>Source: Z. Yang et al., "Masked Generative Distillation", ECCV 2022, arXiv:2205.01529,
 * equations 2 and 3; MMRazor's {@code MGDConnector}.
 *
 * @param studentChannels channels of the value
 * @param teacherChannels channels of the output
 * @param lambdaMgd share that is set to zero
 * @param maskOnChannel whether channels are, or else positions
 */
public record MGDConnector(
    @Key(value = "Channels of the recorded value", min = 1) int studentChannels,
    @Key(value = "Channels of the output", min = 1) int teacherChannels,
    @Key(value = "Share that is set to zero", def = "0.65", min = 0, max = 1) double lambdaMgd,
    @Key(value = "Whether whole channels are set to zero, or else positions", def = "false")
        boolean maskOnChannel)
    implements GraphConnector {

  @Override
  public List<List<Long>> outputs(List<List<Long>> inputs) {
    List<Long> shape = inputs.get(0);
    Need.channels(shape, "student_channels", studentChannels);
    return List.of(List.of((long) teacherChannels, shape.get(1), shape.get(2)));
  }

  @Override
  public boolean trainable() {
    return true;
  }

  @Override
  public List<String> build(Branch branch, List<String> inputs) {
    String last = inputs.get(0);
    if (studentChannels != teacherChannels) {
      last = branch.add("align", Layers.conv(teacherChannels, 1, 1, true), last);
    }
    last = branch.add("mask", new RandomMask(lambdaMgd, maskOnChannel), last);
    last = branch.add("generation.0", Layers.conv(teacherChannels, 3, 1, true), last);
    last = branch.add("generation.1", Layers.relu(), last);
    return List.of(branch.add("generation.2", Layers.conv(teacherChannels, 3, 1, true), last));
  }
}
