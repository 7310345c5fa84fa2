package io.limbeck.dl4j.engine;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

/** Whatever order an array's elements lie in, on the heap they are in C order. */
class HeapCopyTest {
  private static final float[] VALUES = {0, 1, 2, 3, 4, 5};

  @Test
  void fortranOrder_isReadAndWrittenInCOrder() {
    INDArray array = HeapCopy.array(VALUES, 2, 3).dup('f');
    assertThat(HeapCopy.of(array)).isEqualTo(VALUES);
    INDArray other = Nd4j.zeros(DataType.FLOAT, 2, 3).dup('f');
    HeapCopy.to(other, VALUES, 0);
    assertThat(other.getFloat(1, 0)).isEqualTo(3);
  }

  @Test
  void partOfAnArray_isReadAndWrittenAlone() {
    INDArray array = HeapCopy.array(VALUES, 2, 3);
    INDArray column = array.get(NDArrayIndex.all(), NDArrayIndex.interval(1, 2));
    assertThat(HeapCopy.of(column)).containsExactly(1, 4);
    HeapCopy.to(column, new float[] {9, 7, 8}, 1);
    assertThat(HeapCopy.of(array)).containsExactly(0, 7, 2, 3, 8, 5);
  }
}
