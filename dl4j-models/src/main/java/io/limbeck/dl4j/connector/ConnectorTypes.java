package io.limbeck.dl4j.connector;

import io.limbeck.core.config.TypeProvider;
import io.limbeck.core.connector.Connector;
import io.limbeck.core.schema.Families;
import java.util.List;

/** The connectors of this module, under the reference framework's names. */
public final class ConnectorTypes implements TypeProvider {
  private static final List<Class<? extends GraphConnector>> CONNECTORS =
      List.of(
          ConvModuleConnector.class,
          NormConnector.class,
          TorchFunctionalConnector.class,
          TorchNNConnector.class,
          CRDConnector.class,
          Paraphraser.class,
          Translator.class,
          BYOTConnector.class,
          FBKDStudentConnector.class,
          FBKDTeacherConnector.class,
          MGDConnector.class,
          OFDTeacherConnector.class,
          VIDConnector.class,
          ABFConnector.class);

  @Override
  public Families addTo(Families families) {
    Families all = families;
    for (Class<?> connector : CONNECTORS) {
      all = all.with(Connector.class, connector.getSimpleName(), connector);
    }
    return all;
  }
}
