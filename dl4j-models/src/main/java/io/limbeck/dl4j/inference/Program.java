package io.limbeck.dl4j.inference;

import io.limbeck.core.math.Contiguous;
import io.limbeck.dl4j.fusion.Operation;
import io.limbeck.dl4j.fusion.Operation.Add;
import io.limbeck.dl4j.fusion.Operation.Convolve;
import io.limbeck.dl4j.fusion.Operation.Flatten;
import io.limbeck.dl4j.fusion.Operation.Normalize;
import io.limbeck.dl4j.fusion.Operation.Pool;
import io.limbeck.dl4j.fusion.Operation.Product;
import io.limbeck.dl4j.fusion.Operation.Rectify;
import io.limbeck.dl4j.fusion.Plan;
import io.limbeck.dl4j.fusion.Shapes;
import io.limbeck.dl4j.onednn.Buffers;
import io.limbeck.dl4j.onednn.Buffers.Buffer;
import io.limbeck.dl4j.onednn.OneDnn;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.bytedeco.dnnl.IntMemoryMap;
import org.bytedeco.dnnl.global.dnnl;
import org.bytedeco.dnnl.memory;
import org.bytedeco.dnnl.primitive;
import org.bytedeco.dnnl.reorder;
import org.bytedeco.dnnl.stream;
import org.bytedeco.javacpp.Pointer;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * A network's operations as primitives for mini-batches of one size, with memory between them. Maps
 * lie channels last; what comes in and goes out is in C order. For one thread at a time.
 */
final class Program {
  private final stream queue = OneDnn.stream();
  private final List<Call> calls = new ArrayList<>();
  private final List<Output> outputs;
  private final Map<String, Value> values = new HashMap<>();
  private final Buffers buffers = new Buffers();
  private final Primitives primitives;
  private final Shapes shapes;
  private final memory input;

  /** A primitive with its operands. */
  record Call(primitive work, IntMemoryMap arguments) {}

  /** What an operation has computed, or came in, in a buffer. */
  private record Value(Pointer address, Buffer buffer) {}

  /** Where the next run puts out to. */
  private record Output(memory array, long[] shape) {}

  /**
   * Compiles.
   *
   * @param plan the operations
   * @param wanted the vertices that are put out
   * @param shapes of all values
   * @param primitives makes them
   */
  Program(Plan plan, List<String> wanted, Shapes shapes, Primitives primitives) {
    this.primitives = primitives;
    this.shapes = shapes;
    this.input = new memory(shapes.plain(shapes.input()), OneDnn.cpu(), null);
    Map<String, Integer> lastUse = lastUse(plan.operations());
    takeInput();
    Map<String, Output> ready = new HashMap<>();
    for (int i = 0; i < plan.operations().size(); i++) {
      Operation operation = plan.operations().get(i);
      add(operation, i, lastUse);
      for (String output : Set.copyOf(wanted)) {
        if (plan.source(output).equals(operation.name())) {
          ready.put(output, putOut(operation.name()));
        }
      }
      for (String read : operation.inputs().stream().distinct().toList()) {
        boolean overwritten = values.get(read).equals(values.get(operation.name()));
        if (lastUse.get(read) == i && !overwritten) {
          buffers.giveBack(values.get(read).buffer());
        }
      }
    }
    this.outputs = wanted.stream().map(ready::get).toList();
  }

  private static Map<String, Integer> lastUse(List<Operation> operations) {
    Map<String, Integer> last = new HashMap<>();
    for (int i = 0; i < operations.size(); i++) {
      for (String input : operations.get(i).inputs()) {
        last.put(input, i);
      }
    }
    return last;
  }

  /** Maps are brought to channels last. */
  private void takeInput() {
    String name = shapes.input();
    Value value = newValue(name);
    values.put(name, value);
    move(input, memory(shapes.desc(name), value));
  }

  private Value newValue(String name) {
    Buffer buffer = buffers.take(shapes.bytes(name));
    return new Value(buffer.address(), buffer);
  }

  private void add(Operation operation, int index, Map<String, Integer> lastUse) {
    String name = operation.name();
    if (operation instanceof Convolve it && it.addend() != null) {
      Value addend = values.get(it.addend());
      boolean mayOverwrite = lastUse.get(it.addend()) == index && !it.addend().equals(it.input());
      Value sum = mayOverwrite ? addend : newValue(name);
      if (!mayOverwrite) {
        memory.desc layout = shapes.desc(name);
        move(memory(layout, addend), memory(layout, sum));
      }
      values.put(name, sum);
    } else {
      values.put(name, newValue(name));
    }
    if (operation instanceof Convolve it) {
      calls.add(primitives.convolution(it, of(it.input()), of(name)));
    } else if (operation instanceof Product it) {
      calls.add(primitives.product(it, of(it.input()), of(name)));
    } else if (operation instanceof Normalize it) {
      calls.add(primitives.normalization(it, of(it.input()), of(name)));
    } else if (operation instanceof Add it) {
      calls.add(primitives.sum(it, of(it.left()), of(it.right()), of(name)));
    } else if (operation instanceof Rectify it) {
      calls.add(primitives.relu(of(it.input()), of(name)));
    } else if (operation instanceof Pool it) {
      memory.desc pooled = shapes.map(name);
      calls.add(primitives.pooling(it, of(it.input()), memory(pooled, values.get(name))));
    } else if (operation instanceof Flatten it) {
      move(of(it.input()), memory(shapes.plain(it.input()), values.get(name)));
    } else {
      throw new IllegalStateException("Unknown operation " + operation);
    }
  }

  private memory of(String name) {
    return memory(shapes.desc(name), values.get(name));
  }

  private static memory memory(memory.desc layout, Value value) {
    return new memory(layout, OneDnn.cpu(), value.address());
  }

  private void move(memory from, memory to) {
    IntMemoryMap arguments = new IntMemoryMap();
    arguments.put(dnnl.DNNL_ARG_FROM, from);
    arguments.put(dnnl.DNNL_ARG_TO, to);
    calls.add(new Call(new reorder(from, to), arguments));
  }

  /** At once, before another operation may write over it. */
  private Output putOut(String name) {
    memory array = new memory(shapes.plain(name), OneDnn.cpu(), null);
    move(of(name), array);
    return new Output(array, shapes.of(name));
  }

  /**
   * Runs.
   *
   * @param features floats in C order
   * @return what is put out, in order, outside any workspace
   */
  List<INDArray> run(INDArray features) {
    List<INDArray> arrays = new ArrayList<>();
    input.set_data_handle(Contiguous.address(features));
    for (Output output : outputs) {
      INDArray array = Nd4j.createUninitializedDetached(DataType.FLOAT, output.shape());
      output.array().set_data_handle(Contiguous.address(array));
      arrays.add(array);
    }
    for (Call call : calls) {
      call.work().execute(queue, call.arguments());
    }
    return arrays;
  }
}
