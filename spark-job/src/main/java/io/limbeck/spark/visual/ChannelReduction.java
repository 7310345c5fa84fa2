package io.limbeck.spark.visual;

import org.nd4j.linalg.api.ndarray.INDArray;

/** How the channels of a feature map become one picture. */
public enum ChannelReduction {
  /** The mean of all channels. */
  SQUEEZE_MEAN {
    @Override
    INDArray reduce(INDArray maps) {
      return maps.mean(0);
    }
  },
  /** The channel with the largest sum. */
  SELECT_MAX {
    @Override
    INDArray reduce(INDArray maps) {
      return maps.slice(maps.sum(1, 2).argMax(0).getLong(0));
    }
  },
  /**
   * The mean square of all channels, as attention transfer looks at them (arXiv:1612.03928, section
   * 3.1).
   */
  ATTENTION {
    @Override
    INDArray reduce(INDArray maps) {
      return maps.mul(maps).mean(0);
    }
  };

  /**
   * One plane of several.
   *
   * @param maps {@code [channels, height, width]} of one example
   * @return {@code [height, width]}
   */
  abstract INDArray reduce(INDArray maps);
}
