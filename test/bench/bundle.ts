import { readFile, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { packageExtension } from '../demo/packaging';
import { projectRoot } from '../vscode/project';
import type { Line, Measured } from './part';

interface Output {
  readonly entryPoint?: string;
  readonly imports: readonly { readonly path: string; readonly kind: string; readonly external?: boolean }[];
}

interface Chunk {
  readonly file: string;
  /** The module that it was made for; none where several share it. */
  readonly of: string | undefined;
  readonly bytes: number;
  readonly atActivation: boolean;
}

const entry = 'dist/extension.js';

/** Sizes of what `npm run build` made: in all, and what VS Code loads to activate us. */
export async function measureBundle(): Promise<Measured> {
  const chunks = await readChunks();
  const sum = (some: readonly Chunk[]): number => some.reduce((total, { bytes }) => total + bytes, 0);
  const first = chunks.filter(({ atActivation }) => atActivation);
  const vsixBytes = await packageSize();
  const lines: Line[] = [
    { what: 'bundle, minified, in all', measured: kilobytes(sum(chunks)) },
    { what: 'of it loaded at activation', measured: kilobytes(sum(first)), aim: '≤ 10 kB' },
    ...chunks
      .filter(({ atActivation }) => !atActivation)
      .map((chunk) => ({ what: `· later: ${nameOf(chunk)}`, measured: kilobytes(chunk.bytes) })),
    { what: '.vsix', measured: kilobytes(vsixBytes) },
  ];
  return { lines, numbers: { chunks, vsixBytes } };
}

export async function readChunks(): Promise<readonly Chunk[]> {
  const text = await readFile(join(projectRoot, 'dist', 'meta.json'), 'utf8');
  const { outputs } = JSON.parse(text) as { readonly outputs: Readonly<Record<string, Output>> };
  const first = loadedWith(entry, outputs);
  const chunks = Object.entries(outputs).map(async ([file, { entryPoint }]) => {
    // On disk, since the metafile has the sizes before the chunks become CommonJS.
    const { size } = await stat(join(projectRoot, file));
    return { file: basename(file), of: entryPoint, bytes: size, atActivation: first.has(file) };
  });
  return (await Promise.all(chunks)).sort((a, b) => b.bytes - a.bytes);
}

/** A chunk and all that it imports, `import()` left out. */
function loadedWith(file: string, outputs: Readonly<Record<string, Output>>): ReadonlySet<string> {
  const loaded = new Set<string>();
  const visit = (one: string): void => {
    const output = outputs[one];
    if (output === undefined) throw new Error(`The metafile knows no ${one}.`);
    if (loaded.has(one)) return;
    loaded.add(one);
    for (const { path, kind, external } of output.imports) {
      if (kind !== 'dynamic-import' && external !== true) visit(path);
    }
  };
  visit(file);
  return loaded;
}

function nameOf({ of, file }: Chunk): string {
  return of?.replace(/^(src|.*node_modules)\//, '') ?? `${file} (shared)`;
}

async function packageSize(): Promise<number> {
  const { file, remove } = await packageExtension();
  try {
    return (await stat(file)).size;
  } finally {
    await remove();
  }
}

function kilobytes(bytes: number): string {
  return `${(bytes / 1000).toFixed(1)} kB`;
}
