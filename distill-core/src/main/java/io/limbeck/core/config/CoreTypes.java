package io.limbeck.core.config;

import io.limbeck.core.connector.Connector;
import io.limbeck.core.loss.Loss;
import io.limbeck.core.loss.datafree.ActivationLoss;
import io.limbeck.core.loss.datafree.DFNDLoss;
import io.limbeck.core.loss.datafree.InformationEntropyLoss;
import io.limbeck.core.loss.datafree.OnehotLikeLoss;
import io.limbeck.core.loss.feature.ABLoss;
import io.limbeck.core.loss.feature.ATLoss;
import io.limbeck.core.loss.feature.ChannelWiseDivergence;
import io.limbeck.core.loss.feature.FBKDLoss;
import io.limbeck.core.loss.feature.FTLoss;
import io.limbeck.core.loss.feature.HCLLoss;
import io.limbeck.core.loss.feature.L1Loss;
import io.limbeck.core.loss.feature.L2Loss;
import io.limbeck.core.loss.feature.MGDLoss;
import io.limbeck.core.loss.feature.OFDLoss;
import io.limbeck.core.loss.feature.PKDLoss;
import io.limbeck.core.loss.feature.VIDLoss;
import io.limbeck.core.loss.logit.CrossEntropyLoss;
import io.limbeck.core.loss.logit.DISTLoss;
import io.limbeck.core.loss.logit.DKDLoss;
import io.limbeck.core.loss.logit.KDSoftCELoss;
import io.limbeck.core.loss.logit.KLDivergence;
import io.limbeck.core.loss.logit.LabelCrossEntropyLoss;
import io.limbeck.core.loss.logit.MultiTeacherKLDivergence;
import io.limbeck.core.loss.logit.WSLD;
import io.limbeck.core.loss.relation.AngleWiseRKD;
import io.limbeck.core.loss.relation.CRDLoss;
import io.limbeck.core.loss.relation.DistanceWiseRKD;
import io.limbeck.core.loss.relation.PKTLoss;
import io.limbeck.core.loss.relation.SPLoss;
import io.limbeck.core.recorder.FunctionInputs;
import io.limbeck.core.recorder.FunctionOutputs;
import io.limbeck.core.recorder.MethodInputs;
import io.limbeck.core.recorder.MethodOutputs;
import io.limbeck.core.recorder.ModuleInputs;
import io.limbeck.core.recorder.ModuleOutputs;
import io.limbeck.core.recorder.Parameter;
import io.limbeck.core.recorder.Recorder;
import io.limbeck.core.schema.Families;
import java.util.List;

/** The losses and recorders of this module, under the reference framework's names. */
public final class CoreTypes implements TypeProvider {
  private static final List<Class<? extends Loss>> LOSSES =
      List.of(
          KLDivergence.class,
          KDSoftCELoss.class,
          CrossEntropyLoss.class,
          DKDLoss.class,
          DISTLoss.class,
          WSLD.class,
          MultiTeacherKLDivergence.class,
          ChannelWiseDivergence.class,
          PKDLoss.class,
          MGDLoss.class,
          FBKDLoss.class,
          L1Loss.class,
          L2Loss.class,
          ATLoss.class,
          ABLoss.class,
          FTLoss.class,
          OFDLoss.class,
          DistanceWiseRKD.class,
          AngleWiseRKD.class,
          CRDLoss.class,
          OnehotLikeLoss.class,
          InformationEntropyLoss.class,
          ActivationLoss.class,
          SPLoss.class,
          PKTLoss.class,
          VIDLoss.class,
          HCLLoss.class,
          DFNDLoss.class);

  private static final List<Class<? extends Recorder>> RECORDERS =
      List.of(
          ModuleOutputs.class,
          ModuleInputs.class,
          FunctionOutputs.class,
          FunctionInputs.class,
          MethodOutputs.class,
          MethodInputs.class,
          Parameter.class);

  @Override
  public Families addTo(Families families) {
    Families all = families.with(Loss.class).with(Connector.class).with(Recorder.class);
    for (Class<?> loss : LOSSES) {
      all = all.with(Loss.class, loss.getSimpleName(), loss);
    }
    // The reference borrows it from its classification framework under that one's name.
    all =
        all.with(Loss.class, "LabelCrossEntropyLoss", LabelCrossEntropyLoss.class)
            .with(Loss.class, "mmcls.CrossEntropyLoss", LabelCrossEntropyLoss.class);
    for (Class<?> recorder : RECORDERS) {
      all = all.with(Recorder.class, recorder.getSimpleName(), recorder);
    }
    return all;
  }
}
