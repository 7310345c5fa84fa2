package io.limbeck.core.connector;

import com.fasterxml.jackson.annotation.JsonValue;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.annotation.JsonDeserialize;
import com.fasterxml.jackson.databind.deser.std.StdDeserializer;
import io.limbeck.core.schema.OneOrMany;
import java.io.IOException;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;

/**
 * One connector, or several of which each takes what the one before puts out.
 *
 * @param connectors in the order in which they run
 */
@OneOrMany(Connector.class)
@JsonDeserialize(using = ConnectorChain.Reader.class)
public record ConnectorChain(@JsonValue List<Connector> connectors) implements Serializable {

  /** Copies the list. */
  public ConnectorChain {
    connectors = List.copyOf(connectors);
  }

  /** Reads one connector or a list. */
  static final class Reader extends StdDeserializer<ConnectorChain> {
    private static final long serialVersionUID = 1L;

    Reader() {
      super(ConnectorChain.class);
    }

    @Override
    public ConnectorChain deserialize(JsonParser parser, DeserializationContext context)
        throws IOException {
      JsonNode tree = parser.readValueAsTree();
      List<Connector> connectors = new ArrayList<>();
      for (JsonNode each : tree.isArray() ? tree : List.of(tree)) {
        connectors.add(parser.getCodec().treeToValue(each, Connector.class));
      }
      return new ConnectorChain(connectors);
    }
  }

  /**
   * A chain of one.
   *
   * @param connector the connector
   */
  public static ConnectorChain of(Connector... connector) {
    return new ConnectorChain(List.of(connector));
  }

  /**
   * The shapes of the last one's outputs.
   *
   * @param inputs the shape of the recorded value, then those of {@link #others()}
   * @throws IllegalArgumentException when one of them cannot take its input
   */
  public List<List<Long>> outputs(List<List<Long>> inputs) {
    List<List<Long>> shapes = inputs;
    for (Connector connector : connectors) {
      List<List<Long>> own = new ArrayList<>(shapes.subList(0, 1));
      if (connector == connectors.get(0)) {
        own.addAll(inputs.subList(1, inputs.size()));
      }
      shapes = connector.outputs(own);
    }
    return shapes;
  }

  /** What the first one takes beside the recorded value. */
  public List<Connector.Output> others() {
    return connectors.get(0).others();
  }

  /** Whether any has parameters that learn. */
  public boolean trainable() {
    return connectors.stream().anyMatch(Connector::trainable);
  }
}
