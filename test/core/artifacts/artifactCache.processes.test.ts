import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { ArtifactsCache } from '../../../src/core/artifacts/artifactCache';
import { systemClock } from '../../../src/core/util/timer';
import { Disk } from './disk';
import { bundle } from './program';

const run = promisify(execFile);
const limit = 700;

describe('ArtifactsCache in several processes', () => {
  let disk: Disk;
  beforeEach(() => void (disk = new Disk()));
  afterEach(() => disk.remove());

  it("gives none of them another's content, and fails for none, whatever the others remove", async () => {
    const program = await bundle('test/core/artifacts/cache.program.ts', disk.folder);
    const folder = disk.at('cache');
    const work = () => run(process.execPath, [program, folder, String(limit), '60']);
    for (const { stderr } of await Promise.all([work(), work(), work()])) assert.equal(stderr, '');
    const cache = new ArtifactsCache(folder, () => limit, systemClock);
    await cache.tidy();
    const names = readdirSync(folder);
    assert.ok(
      names.every((name) => /^[0-9a-f]{64}$/.test(name)),
      names.join(),
    );
    const bytes = names.reduce((sum, name) => sum + statSync(join(folder, name)).size, 0);
    assert.ok(bytes <= limit, String(bytes));
    assert.deepEqual(await cache.clear(), { count: names.length, bytes });
  });
});
