import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.Polygon;
import java.awt.image.BufferedImage;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import javax.imageio.ImageIO;

/**
 * Draws what the configs in configs/segmentation learn from: discs, squares, triangles and crosses in grey noise, and of
 * every pixel the class.
 *
 * <pre>java examples/segmentation/Shapes.java runs/segmentation/data</pre>
 */
final class Shapes {
  private static final int SIZE = 32;
  private static final int CLASSES = 5;

  public static void main(String[] arguments) throws IOException {
    Path folder = Path.of(arguments[0]);
    draw(folder.resolve("train"), 600, 1);
    draw(folder.resolve("validation"), 200, 2);
    draw(folder.resolve("test"), 400, 3);
  }

  private static void draw(Path folder, int count, long seed) throws IOException {
    Files.createDirectories(folder.resolve("images"));
    Files.createDirectories(folder.resolve("masks"));
    Random random = new Random(seed);
    for (int i = 0; i < count; i++) {
      BufferedImage image = new BufferedImage(SIZE, SIZE, BufferedImage.TYPE_BYTE_GRAY);
      BufferedImage mask = new BufferedImage(SIZE, SIZE, BufferedImage.TYPE_BYTE_GRAY);
      for (int shapes = 1 + random.nextInt(3); shapes > 0; shapes--) {
        shape(image, mask, random);
      }
      noise(image, random);
      File name = new File("%04d.png".formatted(i));
      ImageIO.write(image, "png", folder.resolve("images").resolve(name.getName()).toFile());
      ImageIO.write(mask, "png", folder.resolve("masks").resolve(name.getName()).toFile());
    }
  }

  /** Later ones lie upon earlier ones. */
  private static void shape(BufferedImage image, BufferedImage mask, Random random) {
    int of = 1 + random.nextInt(CLASSES - 1);
    int size = 8 + random.nextInt(9);
    int left = random.nextInt(SIZE - size);
    int top = random.nextInt(SIZE - size);
    fill(image, of, left, top, size, 90 + random.nextInt(110));
    fill(mask, of, left, top, size, of);
  }

  private static void fill(BufferedImage on, int of, int left, int top, int size, int grey) {
    // Through the raster: a colour would be converted on its way.
    BufferedImage stencil = new BufferedImage(SIZE, SIZE, BufferedImage.TYPE_BYTE_BINARY);
    Graphics2D canvas = stencil.createGraphics();
    canvas.setColor(Color.WHITE);
    int third = size / 3;
    switch (of) {
      case 1 -> canvas.fillOval(left, top, size, size);
      case 2 -> canvas.fillRect(left, top, size, size);
      case 3 ->
          canvas.fillPolygon(
              new Polygon(
                  new int[] {left, left + size, left + size / 2},
                  new int[] {top + size, top + size, top},
                  3));
      default -> {
        canvas.fillRect(left + third, top, size - 2 * third, size);
        canvas.fillRect(left, top + third, size, size - 2 * third);
      }
    }
    canvas.dispose();
    for (int y = 0; y < SIZE; y++) {
      for (int x = 0; x < SIZE; x++) {
        if (stencil.getRaster().getSample(x, y, 0) != 0) {
          on.getRaster().setSample(x, y, 0, grey);
        }
      }
    }
  }

  private static void noise(BufferedImage image, Random random) {
    for (int y = 0; y < SIZE; y++) {
      for (int x = 0; x < SIZE; x++) {
        double value = image.getRaster().getSample(x, y, 0) + 45 * random.nextGaussian() + 40;
        image.getRaster().setSample(x, y, 0, (int) Math.max(0, Math.min(255, value)));
      }
    }
  }
}
