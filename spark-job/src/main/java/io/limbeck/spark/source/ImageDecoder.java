package io.limbeck.spark.source;

import io.limbeck.core.config.DataConfig.Resize;
import java.awt.Graphics2D;
import java.awt.Image;
import java.awt.image.BufferedImage;
import java.awt.image.Raster;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import javax.imageio.ImageIO;

/**
 * Decodes PNG, JPEG, BMP and GIF to planes of unsigned bytes: one for grey images, else red, green,
 * blue.
 */
final class ImageDecoder {
  private ImageDecoder() {}

  /** An example, or a problem that names the file; resize may be null. */
  static Item decode(Item.Place place, byte[] encoded, int label, String name, Resize resize) {
    try {
      BufferedImage image = resized(ImageIO.read(new ByteArrayInputStream(encoded)), resize);
      if (image == null) {
        return Item.ofProblem(
            place, name + " is not an image that can be read (PNG, JPEG, BMP, GIF)");
      }
      boolean grey =
          image.getRaster().getNumBands() == 1
              && image.getType() != BufferedImage.TYPE_BYTE_INDEXED;
      int[] shape = {grey ? 1 : 3, image.getHeight(), image.getWidth()};
      return Item.ofPixels(place, grey ? greyPlane(image) : colourPlanes(image), shape, label);
    } catch (IOException | RuntimeException e) {
      return Item.ofProblem(place, name + " is not a whole image: " + e.getMessage());
    }
  }

  /** The value of each pixel, or its index in a palette; null for an image in colours. */
  static byte[] classes(byte[] encoded) {
    try {
      BufferedImage image = ImageIO.read(new ByteArrayInputStream(encoded));
      if (image == null || image.getRaster().getNumBands() != 1) {
        return null;
      }
      int[] samples =
          image.getRaster().getSamples(0, 0, image.getWidth(), image.getHeight(), 0, (int[]) null);
      byte[] classes = new byte[samples.length];
      for (int i = 0; i < samples.length; i++) {
        classes[i] = (byte) samples[i];
      }
      return classes;
    } catch (IOException | RuntimeException e) {
      return null;
    }
  }

  /** Scaled by areas and bilinearly, so that shrinking does not skip pixels; then cut. */
  private static BufferedImage resized(BufferedImage image, Resize resize) {
    if (image == null || resize == null) {
      return image;
    }
    double scale = resize.edge() / (double) Math.min(image.getWidth(), image.getHeight());
    int width = Math.max(resize.edge(), (int) Math.round(image.getWidth() * scale));
    int height = Math.max(resize.edge(), (int) Math.round(image.getHeight() * scale));
    BufferedImage square =
        new BufferedImage(resize.crop(), resize.crop(), BufferedImage.TYPE_INT_RGB);
    Graphics2D canvas = square.createGraphics();
    canvas.drawImage(
        image.getScaledInstance(width, height, Image.SCALE_AREA_AVERAGING),
        -(width - resize.crop()) / 2,
        -(height - resize.crop()) / 2,
        null);
    canvas.dispose();
    return square;
  }

  /** Whether bytes begin like an image file. */
  static boolean isEncoded(byte[] bytes) {
    return startsWith(bytes, 0x89, 'P', 'N', 'G')
        || startsWith(bytes, 0xff, 0xd8, 0xff)
        || startsWith(bytes, 'G', 'I', 'F', '8')
        || (startsWith(bytes, 'B', 'M') && bytes.length > 26 && bytes[6] == 0 && bytes[7] == 0);
  }

  private static boolean startsWith(byte[] bytes, int... magic) {
    for (int i = 0; i < magic.length; i++) {
      if (i >= bytes.length || (bytes[i] & 0xff) != magic[i]) {
        return false;
      }
    }
    return true;
  }

  private static byte[] greyPlane(BufferedImage image) {
    Raster raster = image.getRaster();
    int shift = Math.max(0, raster.getSampleModel().getSampleSize(0) - 8);
    int[] samples = raster.getSamples(0, 0, image.getWidth(), image.getHeight(), 0, (int[]) null);
    byte[] plane = new byte[samples.length];
    boolean binary = raster.getSampleModel().getSampleSize(0) == 1;
    for (int i = 0; i < samples.length; i++) {
      plane[i] = (byte) (binary ? samples[i] * 255 : samples[i] >> shift);
    }
    return plane;
  }

  private static byte[] colourPlanes(BufferedImage image) {
    int pixels = image.getWidth() * image.getHeight();
    int[] rgb = image.getRGB(0, 0, image.getWidth(), image.getHeight(), null, 0, image.getWidth());
    byte[] planes = new byte[3 * pixels];
    for (int i = 0; i < pixels; i++) {
      planes[i] = (byte) (rgb[i] >> 16);
      planes[pixels + i] = (byte) (rgb[i] >> 8);
      planes[2 * pixels + i] = (byte) rgb[i];
    }
    return planes;
  }
}
