package io.limbeck.dl4j.engine;

import org.deeplearning4j.nn.layers.mkldnn.MKLDNNBatchNormHelper;
import org.nd4j.linalg.api.buffer.DataType;

/** DL4J's oneDNN batch normalisation without the check that fails in this release. */
final class OneDnnBatchNorm extends MKLDNNBatchNormHelper {
  OneDnnBatchNorm() {
    super(DataType.FLOAT);
  }

  @Override
  public boolean checkSupported() {
    return true;
  }

  @Override
  public boolean checkSupported(double eps, boolean fixedGammaBeta) {
    return !fixedGammaBeta;
  }
}
