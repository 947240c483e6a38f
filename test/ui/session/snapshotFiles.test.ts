import assert from 'node:assert/strict';
import { mkdir, readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Build } from '../../../src/core/model/build';
import type { Target } from '../../../src/core/model/snapshot';
import { SnapshotCache } from '../../../src/core/session/snapshotCache';
import { SnapshotFiles } from '../../../src/core/session/snapshotFiles';
import { FakeClock } from '../../core/support';
import { developerToken } from '../../gitlab/seed';
import { appsInTests } from '../eachApp';
import { FakeMemento } from '../fake/memento';
import { aTarget, ready, someBuilds } from '../samples';

const shaOf = (index: number): string => index.toString(16).padStart(40, '0');
const many = (count: number, changes: Partial<Build> = {}): readonly Build[] =>
  someBuilds(...Array.from({ length: count }, () => changes));

describe('Cached builds of a large commit', () => {
  const folder = join(tmpdir(), `gitlab-builds-snapshots-${process.pid}`);
  let memento: FakeMemento;
  let clock: FakeClock;
  let files: SnapshotFiles;
  let remembered: SnapshotCache;
  beforeEach(() => {
    [memento, clock, files] = [new FakeMemento(), new FakeClock(), new SnapshotFiles(folder)];
    remembered = new SnapshotCache(memento, clock, undefined, files);
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  const keep = (target: Target, builds: readonly Build[], asOf = 1): void =>
    remembered.keep({ ...ready(builds), target, stale: { asOf } });
  /** What the next window knows of it. */
  const next = async (target = aTarget()) => {
    remembered.dispose();
    await files.settled();
    [files, clock] = [new SnapshotFiles(folder), new FakeClock()];
    remembered = new SnapshotCache(memento, clock, undefined, files);
    await remembered.recall(target);
    return remembered.of(target);
  };
  const kept = async () => (await readdir(folder)).sort();

  it('are complete after a restart: 2,000 of them', async () => {
    keep(aTarget(), many(2000, { status: 'failed', user: 'dana', webUrl: 'https://git.example.com/1' }), 12);
    const known = await next();
    assert.deepEqual([known?.builds.length, known?.stale, known?.isPartial], [2000, { asOf: 12 }, undefined]);
    assert.deepEqual(memento.keys(), []);
  });

  it('are also written after ten seconds, and then not held in memory', async () => {
    keep(aTarget(), many(2000));
    await clock.pass(10_000);
    await files.settled();
    assert.equal((await kept()).length, 1);
    assert.equal(remembered.of(aTarget()), undefined);
    await remembered.recall(aTarget());
    assert.equal(remembered.of(aTarget())?.builds.length, 2000);
  });

  it('are only failed and running ones, marked as partial, if all are too many for a file', async () => {
    const wide = { user: 'x'.repeat(3000) };
    keep(aTarget(), [...many(2000, wide), ...someBuilds({ status: 'failed' }, { status: 'running' })]);
    const known = await next();
    assert.deepEqual([known?.builds.map(({ status }) => status), known?.isPartial], [['failed', 'running'], true]);
  });

  it("don't exist if not even those fit, or if there are none of them", async () => {
    for (const status of ['failed', 'success']) {
      keep(aTarget(), many(10));
      keep(aTarget(), many(2000, { status, user: 'x'.repeat(3000) }));
      assert.equal(await next(), undefined, status);
    }
  });

  it('replace what was in the memento, and give way to it', async () => {
    keep(aTarget(), many(3));
    keep(aTarget(), many(301), 2);
    assert.equal((await next())?.builds.length, 301);
    keep(aTarget(), many(4), 3);
    assert.equal((await next())?.builds.length, 4);
    assert.deepEqual(await kept(), []);
  });

  it('that the memento has no room for are in a file as well', async () => {
    keep(aTarget(), many(200, { user: 'x'.repeat(3000) }));
    assert.equal((await next())?.builds.length, 200);
  });

  it('are limited to a hundred commits, the most recently written ones', async () => {
    for (let index = 0; index < 3; index++) {
      keep(aTarget({ sha: shaOf(index) }), many(301));
      await next();
      const time = new Date(2020, 0, index + 1);
      const names = await kept();
      const times = await Promise.all(names.map(async (name) => (await stat(join(folder, name))).mtimeMs));
      const newest = names[times.indexOf(Math.max(...times))] ?? '';
      await utimes(join(folder, newest), time, time);
    }
    const time = new Date(2020, 6);
    for (let index = 0; index < 98; index++) {
      const path = join(folder, `${'a'.repeat(16)}-${index.toString(16).padStart(32, '0')}.json`);
      await writeFile(path, '{}');
      await utimes(path, time, time);
    }
    keep(aTarget({ sha: shaOf(22) }), many(301));
    await clock.pass(10_000);
    await files.settled();
    assert.equal((await kept()).length, 100);
    assert.equal(await next(aTarget({ sha: shaOf(1) })), undefined);
    assert.equal((await next(aTarget({ sha: shaOf(2) })))?.builds.length, 301);
  });

  it('are removed with their instance, even those that are about to be written', async () => {
    const other = aTarget({ instance: { ...aTarget().instance, url: 'https://other.example.com' } });
    keep(aTarget(), many(301));
    keep(other, many(301));
    await clock.pass(10_000);
    keep(aTarget({ sha: shaOf(1) }), many(301));
    remembered.keepOnly([other.instance.url]);
    await files.settled();
    assert.equal((await kept()).length, 1);
    assert.equal((await next(other))?.builds.length, 301);
  });

  it('that are damaged, of another commit or left over are ignored', async () => {
    keep(aTarget(), many(301));
    await next();
    const [name = ''] = await kept();
    const whole = await readFile(join(folder, name), 'utf8');
    for (const content of ['', whole.slice(0, 1000), '{}', whole.replace(aTarget().sha, shaOf(1))]) {
      await writeFile(join(folder, name), content);
      assert.equal(await next(), undefined, content.slice(0, 20));
    }
    await writeFile(join(folder, name.replace('.json', '.tmp')), 'x');
    await writeFile(join(folder, 'mine.txt'), 'x');
    remembered.keepOnly([]);
    await files.settled();
    assert.deepEqual(await kept(), ['mine.txt']);
  });

  it("can be missing without consequences if the folder can't be written", async () => {
    await writeFile(folder, 'no folder');
    keep(aTarget(), many(301));
    await clock.pass(10_000);
    await files.settled();
    keep(aTarget(), many(301));
    assert.equal(await next(), undefined);
    await rm(folder);
    await mkdir(folder);
  });
});

describe('When a window starts on a commit with 2,000 builds,', () => {
  const apps = appsInTests();

  it('they are shown before GitLab has responded, and no secret was stored with them', async () => {
    const app = await apps.ready({
      prepare: ({ gitlab: { world }, small }) => {
        for (let index = 0; index < 2000; index++)
          world.addBuild(small.project, {
            sha: small.sha,
            ref: small.ref,
            name: `part ${index}`,
            stage: 'test',
            status: 'success',
          });
      },
    });
    await app.shows('ready', ({ builds }) => builds.length > 2000);
    const before = app.api.repositories[0]?.builds.length;
    app.gitlab.faults = [{ stall: 'beforeHeaders' }];
    await app.restart();
    const shown = await app.shows('ready');
    assert.deepEqual([shown.builds.length, shown.stale], [before, 'from the last session']);
    const folder = join(app.folder.workspaceStorage, 'builds');
    const [name = ''] = await readdir(folder);
    const content = await readFile(join(folder, name), 'utf8');
    assert.ok(content.includes('part 1999') && !content.includes(developerToken));
  });
});
