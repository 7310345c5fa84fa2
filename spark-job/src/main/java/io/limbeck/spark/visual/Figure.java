package io.limbeck.spark.visual;

import java.awt.Color;
import java.awt.Font;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import javax.imageio.ImageIO;

/**
 * A table of pictures with a heading over each column and a caption beside each row.
 *
 * @param headings one a column
 * @param rows captions and pictures
 */
record Figure(List<String> headings, List<Row> rows) {
  private static final int CELL = 160;
  private static final int GAP = 8;
  private static final int HEADING = 24;
  private static final int CAPTION = 88;

  /**
   * One row.
   *
   * @param caption its lines
   * @param pictures one a column
   */
  record Row(List<String> caption, List<BufferedImage> pictures) {}

  /** The figure as a PNG. */
  byte[] png() {
    BufferedImage image =
        new BufferedImage(
            CAPTION + headings.size() * (CELL + GAP),
            HEADING + rows.size() * (CELL + GAP),
            BufferedImage.TYPE_INT_RGB);
    Graphics2D graphics = image.createGraphics();
    graphics.setColor(Color.WHITE);
    graphics.fillRect(0, 0, image.getWidth(), image.getHeight());
    graphics.setColor(Color.BLACK);
    graphics.setFont(new Font(Font.SANS_SERIF, Font.PLAIN, 12));
    graphics.setRenderingHint(
        RenderingHints.KEY_TEXT_ANTIALIASING, RenderingHints.VALUE_TEXT_ANTIALIAS_ON);
    for (int column = 0; column < headings.size(); column++) {
      graphics.drawString(headings.get(column), left(column), HEADING - GAP);
    }
    for (int row = 0; row < rows.size(); row++) {
      draw(graphics, rows.get(row), HEADING + row * (CELL + GAP));
    }
    graphics.dispose();
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try {
      ImageIO.write(image, "png", bytes);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }

  private static void draw(Graphics2D graphics, Row row, int top) {
    int line = graphics.getFontMetrics().getHeight();
    for (int i = 0; i < row.caption().size(); i++) {
      graphics.drawString(row.caption().get(i), GAP, top + (i + 1) * line);
    }
    for (int column = 0; column < row.pictures().size(); column++) {
      BufferedImage picture = row.pictures().get(column);
      double scale = CELL / (double) Math.max(picture.getWidth(), picture.getHeight());
      graphics.drawImage(
          picture,
          left(column),
          top,
          (int) Math.max(1, Math.round(picture.getWidth() * scale)),
          (int) Math.max(1, Math.round(picture.getHeight() * scale)),
          null);
    }
  }

  private static int left(int column) {
    return CAPTION + column * (CELL + GAP);
  }
}
