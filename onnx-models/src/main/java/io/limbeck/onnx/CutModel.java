package io.limbeck.onnx;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import onnx.Onnx.AttributeProto;
import onnx.Onnx.GraphProto;
import onnx.Onnx.ModelProto;
import onnx.Onnx.NodeProto;
import onnx.Onnx.ValueInfoProto;

/** The part of a network that some of its values need: a file of its own, which puts them out. */
final class CutModel {
  private CutModel() {}

  /**
   * Cuts a network.
   *
   * @param graph whole
   * @param values that are put out
   * @return an ONNX file
   */
  static byte[] of(OnnxGraph graph, Collection<String> values) {
    Set<NodeProto> nodes = new HashSet<>();
    Set<String> needed = needed(graph, values, nodes);
    GraphProto.Builder cut =
        graph.graph().toBuilder().clearNode().clearOutput().clearInitializer().clearValueInfo();
    graph.graph().getNodeList().stream().filter(nodes::contains).forEach(cut::addNode);
    graph.graph().getInitializerList().stream()
        .filter(each -> needed.contains(each.getName()))
        .forEach(cut::addInitializer);
    // Onnxruntime finds out types and shapes by itself.
    values.forEach(value -> cut.addOutput(ValueInfoProto.newBuilder().setName(value)));
    return ModelProto.newBuilder(graph.model()).setGraph(cut).build().toByteArray();
  }

  private static Set<String> needed(
      OnnxGraph graph, Collection<String> values, Set<NodeProto> nodes) {
    Set<String> needed = new HashSet<>();
    Deque<String> open = new ArrayDeque<>(values);
    while (!open.isEmpty()) {
      String value = open.pop();
      if (needed.add(value)) {
        graph
            .producer(value)
            .filter(nodes::add)
            .ifPresent(node -> open.addAll(everythingReadBy(node)));
      }
    }
    return needed;
  }

  /** The bodies of loops and conditions read values of the graph around them. */
  private static List<String> everythingReadBy(NodeProto node) {
    List<String> read = new ArrayList<>(node.getInputList());
    for (AttributeProto attribute : node.getAttributeList()) {
      attribute.getG().getNodeList().forEach(inner -> read.addAll(everythingReadBy(inner)));
      attribute.getG().getOutputList().forEach(output -> read.add(output.getName()));
    }
    return read;
  }
}
