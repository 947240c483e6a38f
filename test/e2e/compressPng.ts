import { crc32, deflateSync, inflateSync } from 'node:zlib';

interface Chunk {
  readonly type: string;
  readonly data: Buffer;
}

const headBytes = 8;

/**
 * A PNG in a third of the bytes: browsers keep each pixel's color and filter rows, which suits photographs, while text
 * on flat colors gets by with a palette of 64. For 8-bit pictures that are not interlaced.
 */
export function compressPng(png: Buffer): Buffer {
  const chunks = [...chunksOf(png)];
  const header = chunks.find(({ type }) => type === 'IHDR')?.data;
  if (header === undefined) throw new Error('This is no PNG.');
  const pixelBytes = header[9] === 6 ? 4 : 3;
  const width = header.readUInt32BE(0);
  const filtered = inflateSync(Buffer.concat(chunks.filter(({ type }) => type === 'IDAT').map(({ data }) => data)));
  const { palette, rows } = indexed(unfiltered(filtered, width * pixelBytes, pixelBytes), width, pixelBytes);
  const ofPalette = Buffer.from(header);
  ofPalette[9] = 3;
  const parts = [
    { type: 'IHDR', data: ofPalette },
    { type: 'PLTE', data: palette },
    { type: 'IDAT', data: deflateSync(rows, { level: 9 }) },
    { type: 'IEND', data: Buffer.alloc(0) },
  ];
  return Buffer.concat([png.subarray(0, headBytes), ...parts.map(written)]);
}

const maxColors = 64;

/** Colors that occur often, each far from those before it, so that a small icon keeps its own. */
function paletteOf(counts: ReadonlyMap<number, number>): number[] {
  const [first] = [...counts].sort((a, b) => b[1] - a[1] || a[0] - b[0]).map(([color]) => color);
  const distances = new Map([...counts.keys()].map((color) => [color, Infinity]));
  const kept = first === undefined ? [] : [first];
  while (kept.length < Math.min(maxColors, counts.size)) {
    for (const [color, before] of distances) distances.set(color, Math.min(before, distance(color, kept.at(-1) ?? 0)));
    const weight = (color: number) => (distances.get(color) ?? 0) * Math.sqrt(counts.get(color) ?? 0);
    kept.push([...counts.keys()].reduce((best, color) => (weight(color) > weight(best) ? color : best)));
  }
  return kept;
}

/** Pixels as indexes into a palette; a color that isn't in it becomes the nearest of them. */
function indexed(pixels: Buffer, width: number, pixelBytes: number): { palette: Buffer; rows: Buffer } {
  const height = pixels.length / (width * pixelBytes + 1);
  const colorAt = (row: number, column: number) =>
    pixels.readUIntBE(row * (width * pixelBytes + 1) + 1 + column * pixelBytes, 3);
  const counts = new Map<number, number>();
  for (let row = 0; row < height; row++)
    for (let column = 0; column < width; column++) {
      const color = colorAt(row, column);
      counts.set(color, (counts.get(color) ?? 0) + 1);
    }
  const kept = paletteOf(counts);
  const indexes = new Map([...counts.keys()].map((color) => [color, nearest(kept, color)]));
  const rows = Buffer.alloc(height * (width + 1));
  for (let row = 0; row < height; row++)
    for (let column = 0; column < width; column++)
      rows[row * (width + 1) + 1 + column] = indexes.get(colorAt(row, column)) ?? 0;
  const palette = Buffer.alloc(kept.length * 3);
  for (const [index, color] of kept.entries()) palette.writeUIntBE(color, index * 3, 3);
  return { palette, rows };
}

function nearest(colors: readonly number[], color: number): number {
  const distances = colors.map((each) => distance(each, color));
  return distances.indexOf(Math.min(...distances));
}

function distance(one: number, other: number): number {
  return [16, 8, 0].reduce((sum, shift) => sum + (((one >> shift) & 255) - ((other >> shift) & 255)) ** 2, 0);
}

function* chunksOf(png: Buffer): Generator<Chunk> {
  for (let at = headBytes; at < png.length;) {
    const length = png.readUInt32BE(at);
    yield { type: png.toString('latin1', at + 4, at + 8), data: png.subarray(at + 8, at + 8 + length) };
    at += length + 12;
  }
}

function written({ type, data }: Chunk): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(data.length);
  sum.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, sum]);
}

/** Each row begins with the number of its filter. */
function unfiltered(filtered: Buffer, rowBytes: number, pixelBytes: number): Buffer {
  const rows = Buffer.from(filtered);
  const stride = rowBytes + 1;
  for (let start = 0; start < rows.length; start += stride) {
    const filter = rows[start] ?? 0;
    rows[start] = 0;
    const over = (at: number) => (start > 0 ? (rows[at - stride] ?? 0) : 0);
    for (let at = start + 1; at < start + stride; at++) {
      const isFirst = at - start <= pixelBytes;
      const left = isFirst ? 0 : (rows[at - pixelBytes] ?? 0);
      const corner = isFirst ? 0 : over(at - pixelBytes);
      rows[at] = ((rows[at] ?? 0) + predicted(filter, left, over(at), corner)) & 255;
    }
  }
  return rows;
}

function predicted(filter: number, left: number, above: number, corner: number): number {
  const guess = left + above - corner;
  const [toLeft, toAbove, toCorner] = [left, above, corner].map((each) => Math.abs(guess - each)) as [
    number,
    number,
    number,
  ];
  if (filter === 4) return toLeft <= toAbove && toLeft <= toCorner ? left : toAbove <= toCorner ? above : corner;
  return [0, left, above, (left + above) >> 1][filter] ?? 0;
}
