import { build } from 'esbuild';
import { join } from 'node:path';

/** Makes a program that Node runs, of a source and all it imports, in `folder`: to be run, and killed, as a process. */
export async function bundle(source: string, folder: string): Promise<string> {
  const outfile = join(folder, 'program.mjs');
  await build({
    entryPoints: [source],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    logLevel: 'silent',
    // For libraries that are CommonJS.
    banner: { js: `import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);` },
  });
  return outfile;
}
