package io.limbeck.core.loss.relation;

import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.ops.transforms.Transforms;

/** Distances of all pairs of rows, in units of the mean of those that are not zero. */
final class RelativeDistances {
  /** The square below which a distance counts as no more than its root, as in the reference. */
  private static final double SMALLEST_SQUARE = 1e-12;

  private final INDArray rows;
  private final INDArray squares;
  private final INDArray distances;
  private final double count;
  private final double mean;

  private RelativeDistances(INDArray rows, INDArray squares, INDArray distances) {
    this.rows = rows;
    this.squares = squares;
    this.distances = distances;
    this.count = distances.gt(0).castTo(DataType.DOUBLE).sumNumber().doubleValue();
    this.mean = count == 0 ? 1 : distances.sumNumber().doubleValue() / count;
  }

  static RelativeDistances of(INDArray rows) {
    INDArray lengths = rows.mul(rows).sum(true, 1);
    INDArray squares = rows.mmul(rows.transpose()).muli(-2).addi(lengths).addi(lengths.transpose());
    INDArray clamped = Transforms.max(squares, SMALLEST_SQUARE, true);
    return new RelativeDistances(
        rows, squares, Transforms.sqrt(clamped, false).muli(offDiagonal(squares)));
  }

  INDArray value() {
    return distances.div(mean);
  }

  /** Carries a gradient from the relative distances back to the rows. */
  INDArray back(INDArray gradient) {
    if (count == 0) {
      return rows.like();
    }
    double ofMean = -gradient.mul(distances).sumNumber().doubleValue() / (mean * mean * count);
    DataType type = rows.dataType();
    INDArray counted = distances.gt(0).castTo(type);
    INDArray ofDistance = gradient.div(mean).addi(counted.mul(ofMean));
    // d sqrt(q) / dq = 1 / (2 d), where the square was not clamped and is not of a row with itself.
    INDArray free = squares.gte(SMALLEST_SQUARE).castTo(type).muli(offDiagonal(squares));
    INDArray ofSquare = ofDistance.muli(free).divi(distances.mul(2).addi(free.rsub(1)));
    INDArray symmetric = ofSquare.add(ofSquare.transpose());
    return rows.mul(symmetric.sum(true, 1)).subi(symmetric.mmul(rows)).muli(2);
  }

  private static INDArray offDiagonal(INDArray square) {
    return Nd4j.eye(square.size(0)).castTo(square.dataType()).rsubi(1);
  }
}
