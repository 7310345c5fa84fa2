package io.limbeck.dl4j.training;

import io.limbeck.dl4j.onednn.Buffers;
import io.limbeck.dl4j.onednn.OneDnn;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.dnnl.binary;
import org.bytedeco.dnnl.global.dnnl;
import org.bytedeco.dnnl.memory;
import org.bytedeco.dnnl.primitive;
import org.bytedeco.dnnl.reorder;
import org.bytedeco.dnnl.stream;

/** What is to be done one after the other, put together once and run in every step. */
final class Work {
  private final stream queue = OneDnn.stream();
  private final List<Runnable> tasks = new ArrayList<>();
  private final Buffers buffers;

  Work(Buffers buffers) {
    this.buffers = buffers;
  }

  void run() {
    tasks.forEach(Runnable::run);
  }

  /** Something that is not a primitive. */
  void add(Runnable task) {
    tasks.add(task);
  }

  /** A primitive. */
  void call(primitive work, Operands operands) {
    tasks.add(() -> work.execute(queue, operands.all()));
  }

  /** Brings values to another layout or place. */
  void move(memory from, memory to) {
    call(
        new reorder(from, to),
        new Operands().with(dnnl.DNNL_ARG_FROM, from).with(dnnl.DNNL_ARG_TO, to));
  }

  /** Values as a primitive wants them: themselves, or a copy that stays. */
  memory as(memory.desc wanted, memory values) {
    if (values.get_desc().equals(wanted)) {
      return values;
    }
    memory copy = new memory(wanted, OneDnn.cpu());
    move(values, copy);
    return copy;
  }

  Share buffer(long bytes) {
    return new Share(buffers, bytes);
  }

  /** Memory for what goes back to a tensor. */
  Share contribution(Tensor to) {
    return buffer(to.bytes());
  }

  /** What has been written there goes back to a tensor, beside what has gone before. */
  void contribute(Tensor to, Share share) {
    if (!to.wantsGradient()) {
      share.release();
      return;
    }
    Share before = to.takeGradient();
    if (before == null) {
      to.gradient(share);
      return;
    }
    // Into the newer one, if it may be written to: the older one may be another tensor's as well.
    Share sum = share.isSole() ? share : before.isSole() ? before : contribution(to);
    memory.desc layout = to.layout();
    binary.primitive_desc description =
        new binary.primitive_desc(
            new binary.desc(dnnl.algorithm.binary_add, layout, layout, layout), OneDnn.cpu());
    call(
        new binary(description),
        new Operands()
            .with(dnnl.DNNL_ARG_SRC_0, before.as(layout))
            .with(dnnl.DNNL_ARG_SRC_1, share.as(layout))
            .with(dnnl.DNNL_ARG_DST, sum.as(layout)));
    if (sum != before) {
      before.release();
    }
    if (sum != share) {
      share.release();
    }
    to.gradient(sum);
  }
}
