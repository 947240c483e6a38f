// How large the parts of a packed extension are, and how large they may be, in bytes.
import { statSync } from 'node:fs';
import yauzl from 'yauzl';

const bounds = { code: 261_000, whole: 570_000 };

/** The packed size of each part, and that of the whole file. */
export async function sizesOf(file) {
  const sizes = { code: 0, pictures: 0, documents: 0, languages: 0, manifest: 0 };
  const zip = await yauzl.openPromise(file);
  for await (const { fileName, compressedSize } of zip.eachEntry()) sizes[partOf(fileName)] += compressedSize;
  return { ...sizes, whole: statSync(file).size };
}

/** The names of the parts that are larger than their bound. */
export function tooLarge(sizes) {
  return Object.keys(bounds).filter((name) => sizes[name] > bounds[name]);
}

export function linesOf(sizes) {
  return Object.entries(sizes).map(([name, bytes]) => {
    const bound = bounds[name] === undefined ? '' : `, at most ${kilobytes(bounds[name])}`;
    return `  ${name.padEnd(10)} ${kilobytes(bytes).padStart(9)}${bound}`;
  });
}

function kilobytes(bytes) {
  return `${(bytes / 1000).toFixed(1)} kB`;
}

function partOf(name) {
  if (name.startsWith('extension/dist/')) return 'code';
  if (name.startsWith('extension/media/')) return 'pictures';
  if (/^extension\/(l10n\/|package\.nls\..)/.test(name) && name !== 'extension/package.nls.json') return 'languages';
  return /^extension\/package|^extension\.vsixmanifest$|^\[/.test(name) ? 'manifest' : 'documents';
}
