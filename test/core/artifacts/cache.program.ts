import { readFileSync } from 'node:fs';
import { ArtifactsCache } from '../../../src/core/artifacts/artifactCache';
import { systemClock } from '../../../src/core/util/timer';
import { unhurried } from '../support';
import { piecewise } from './opening';

/**
 * A window of its own on the cache: puts in, looks up and clears over and over, by chance. Its arguments: the folder,
 * the limit and how often. Fails where it finds under a key what is not of that key.
 */
const [, , folder = '', limit = '', times = ''] = process.argv;
const cache = new ArtifactsCache(folder, () => Number(limit), systemClock);
const project = 'group/project';

for (let turn = 0; turn < Number(times); turn += 1) {
  const build = Math.floor(Math.random() * 12);
  const instance = `https://${Math.floor(Math.random() * 2)}.example`;
  const key = { instance, project, build, size: 0, entry: 'a' };
  const bytes = Buffer.alloc(100 + build, `${instance} ${build} `);
  if (turn % 25 === 24) await cache.clear();
  const path = (await cache.get(key)) ?? (await cache.put(key, () => piecewise(bytes), unhurried()));
  const found = read(path);
  if (found !== undefined && !found.equals(bytes)) throw new Error(`${path} is of something else`);
}

/** undefined where another process has removed it by now. */
function read(path: string): Buffer | undefined {
  try {
    return readFileSync(path);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}
