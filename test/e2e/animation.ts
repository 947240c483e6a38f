import gifenc from 'gifenc';
import { PNG } from 'pngjs';

/** A picture, and how long it is shown. */
export interface Frame {
  readonly png: Buffer;
  readonly ms: number;
}

/** One color is kept for "as in the frame before". */
const maxColors = 255;

/** A GIF of pictures of one size that is shown again and again. Each frame has only what differs from the one before. */
export function animated(frames: readonly Frame[]): Buffer {
  const encoder = gifenc.GIFEncoder();
  const pictures = frames.map(({ png }) => PNG.sync.read(png));
  const palette = gifenc.quantize(sampleOf(pictures.map(({ data }) => data)), maxColors);
  let before: Uint8Array | undefined;
  for (const [at, { width, height, data }] of pictures.entries()) {
    const index = gifenc.applyPalette(data, palette);
    encoder.writeFrame(before === undefined ? index : onlyChanges(index, before), width, height, {
      ...(at === 0 && { palette: [...palette, [0, 0, 0]] }),
      delay: frames[at]?.ms ?? 0,
      transparent: before !== undefined,
      transparentIndex: palette.length,
      dispose: 1,
    });
    before = index;

    function onlyChanges(now: Uint8Array, earlier: Uint8Array): Uint8Array {
      return now.map((color, pixel) => (color === earlier[pixel] ? palette.length : color));
    }
  }
  encoder.finish();
  return Buffer.from(encoder.bytes());
}

/** Every fourth pixel of all pictures: enough to choose colors by. */
function sampleOf(pictures: readonly Uint8Array[]): Uint8Array {
  const every = 4;
  const pixels = pictures.map((data) => new Uint32Array(data.buffer, data.byteOffset, data.length / 4));
  const sample = pixels.flatMap((all) => [...all.filter((_, at) => at % every === 0)]);
  return new Uint8Array(new Uint32Array(sample).buffer);
}
