import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ArtifactsCache } from '../../../../src/core/artifacts/artifactCache';
import { extract } from '../../../../src/core/artifacts/extract/extract';
import { makeBuildFolder, unmake } from '../../../../src/core/artifacts/download/buildFolder';
import { defaultLimits } from '../../../../src/core/artifacts/extract/extractLimits';
import { ownerStateOf, takeOwnerTag } from '../../../../src/core/artifacts/processOwner';
import { saveArtifacts, saveAs, saveEntry, type SaveOptions } from '../../../../src/core/artifacts/download/save';
import { DownloadInterrupted, GitLabError } from '../../../../src/core/model/errors';
import { systemClock } from '../../../../src/core/util/timer';
import { buildWith, errorOf, unhurried } from '../../support';
import { filesOf, zipped } from '../archives';
import { Disk } from '../disk';
import { HurriedClock, piecewise, Scripted, serving } from '../opening';
import { bundle } from '../program';

const content = Buffer.alloc(700_000, 'the same everywhere');
const validator = '"v1"';
const folder = '.gitlab-builds/rspec-7';
const offline = new GitLabError({ kind: 'offline', host: 'gitlab.example' });
const gone = new GitLabError({ kind: 'notFound', host: 'gitlab.example' });
const manyTimes = <T>(count: number, work: (index: number) => Promise<T>): Promise<readonly T[]> =>
  Promise.all(Array.from({ length: count }, (_, index) => work(index)));

describe('Simultaneous tasks on the artifacts of one build', () => {
  let disk: Disk;
  const build = buildWith({ id: 7, name: 'rspec', artifacts: { filename: 'x.zip', size: content.length } });
  const save = (changes: Partial<SaveOptions> = {}): Promise<string | undefined> =>
    saveArtifacts({
      root: disk.folder,
      directory: '.gitlab-builds',
      origin: { instance: 'https://gitlab.example', project: 'group/project' },
      build,
      mayReplace: async () => true,
      open: async (from) => serving(content, validator)(from),
      progress: () => {},
      signal: unhurried(),
      clock: new HurriedClock(),
      ...changes,
    });
  const whole = ['.gitlab-builds/', '.gitlab-builds/.gitignore', `${folder}/`, `${folder}/x.zip`];
  const broken = (): Promise<unknown> => {
    const answer = () => ({ size: content.length, validator, body: piecewise(content.subarray(0, 300_000), offline) });
    return errorOf(save({ open: new Scripted([answer, () => offline]).open }));
  };

  beforeEach(() => void (disk = new Disk()));
  afterEach(() => disk.remove());

  describe('in one process:', () => {
    it('96 downloads all finish complete, and nothing else remains', async () => {
      await manyTimes(96, () => save());
      assert.deepEqual(disk.list(), whole);
      assert.ok(readFileSync(disk.at(`${folder}/x.zip`)).equals(content));
    });

    it('96 downloads that GitLab refuses each say so, and nothing remains', async () => {
      const errors = await manyTimes(96, () => errorOf(save({ open: () => Promise.reject(gone) })));
      assert.deepEqual(new Set(errors), new Set([gone]));
      assert.deepEqual(disk.list(), []);
    });

    it('48 downloads finish complete while 48 others are refused', async () => {
      const errors = await manyTimes(96, async (index) =>
        index % 2 === 0 ? save().then(() => undefined) : errorOf(save({ open: () => Promise.reject(gone) })),
      );
      assert.deepEqual(new Set(errors), new Set([undefined, gone]));
      assert.deepEqual(disk.list(), whole);
    });

    it('96 downloads with partial files from earlier ones all finish complete, and none of the partial files remains', async () => {
      const errors = await manyTimes(5, broken);
      assert.ok(errors.every((error) => error instanceof DownloadInterrupted));
      await manyTimes(96, () => save());
      await save();
      assert.deepEqual(disk.list(), whole);
      assert.ok(readFileSync(disk.at(`${folder}/x.zip`)).equals(content));
    });

    it('the longest of several partial files is resumed, and the others are removed', async () => {
      await manyTimes(3, broken);
      const longer = () => ({
        size: content.length,
        validator,
        body: piecewise(content.subarray(0, 500_000), offline),
      });
      const gate = new Scripted([longer, () => offline]);
      await Promise.all([broken(), errorOf(save({ open: gate.open }))]);
      const server = new Scripted([serving(content, validator)]);
      await save({ open: server.open });
      assert.equal(server.asked.length, 1);
      assert.ok((server.asked[0]?.start ?? 0) > 300_000);
      assert.deepEqual(disk.list(), whole);
    });

    it('a download that takes longer than ten minutes writes what it has at least every minute', async () => {
      const clock = new HurriedClock();
      const sizes: number[] = [];
      const body = async function* () {
        for (let at = 0; at < 10; at += 1) {
          yield content.subarray(at * 100, at * 100 + 100);
          clock.pass(61_000);
          const part = disk.list().find((name) => name.endsWith('.part')) ?? '';
          sizes.push(statSync(disk.at(part)).size);
        }
        throw gone;
      };
      await errorOf(save({ clock, open: async () => ({ size: content.length, validator, body: body() }) }));
      assert.ok((sizes.at(-1) ?? 0) >= 700, sizes.join());
    });

    it('builds with the same name are kept apart, and so are builds with the same name and ID on two GitLabs', async () => {
      const other = Buffer.alloc(content.length, 'another');
      const of = (bytes: Buffer, changes: Partial<SaveOptions>) =>
        save({ open: async (from) => serving(bytes, validator)(from), ...changes });
      const origin = { instance: 'https://other.example', project: 'group/project' };
      await manyTimes(40, (index) =>
        of(index % 2 === 0 ? content : other, { build: { ...build, id: 8 + (index % 2) } }),
      );
      assert.ok(readFileSync(disk.at('.gitlab-builds/rspec-8/x.zip')).equals(content));
      assert.ok(readFileSync(disk.at('.gitlab-builds/rspec-9/x.zip')).equals(other));
      await manyTimes(40, (index) => (index % 2 === 0 ? of(content, {}) : of(other, { origin })));
      const saved = readFileSync(disk.at(`${folder}/x.zip`));
      assert.ok(saved.equals(content) || saved.equals(other));
      assert.ok(disk.list().every((name) => !name.includes('/.gitlab-builds-')));
    });

    it('96 single files, and 96 into a chosen file, finish complete, and nothing else remains', async () => {
      const options = { progress: () => {}, signal: unhurried(), clock: new HurriedClock() };
      const entry = { root: disk.folder, directory: 'out', build, path: ['a', 'b'], mayReplace: async () => true };
      await manyTimes(96, () => saveEntry({ ...entry, ...options, open: () => piecewise(content) }));
      const path = disk.at('chosen');
      await manyTimes(96, () => saveAs({ ...options, path, open: async () => serving(content, validator)(undefined) }));
      const expected = ['chosen', 'out/', 'out/.gitignore', 'out/rspec-7/', 'out/rspec-7/a/', 'out/rspec-7/a/b'];
      assert.deepEqual(disk.list(), expected);
      assert.ok(readFileSync(path).equals(content));
    });

    it('24 archives are extracted into one folder: one of them is there, complete, and nothing else remains', async () => {
      mkdirSync(disk.at('target'));
      writeFileSync(disk.at('target', 'old'), 'old');
      await manyTimes(24, async (index) => {
        const archive = await zipped({ name: 'a', content: `${index}` }, { name: 'b/c', content: `${index}` });
        const options = { limits: defaultLimits, progress: () => {}, signal: unhurried() };
        await extract({ archive, target: disk.at('target'), ...options });
      });
      const files = filesOf(disk.at('target'));
      assert.deepEqual(Object.keys(files), ['a', 'b/', 'b/c']);
      assert.equal(files['a'], files['b/c']);
      assert.deepEqual(readdirSync(disk.folder), ['target']);
    });

    it('a download that fails does not remove the .gitignore of another that has started', async () => {
      const failing = await makeBuildFolder(disk.folder, 'out', build);
      let released = (): void => {};
      const waiting = new Promise<void>((resolve) => (released = resolve));
      const other = save({
        directory: 'out',
        open: async (from) => (await waiting, serving(content, validator)(from)),
      });
      await unmake(failing.made);
      released();
      await other;
      assert.deepEqual(disk.list(), ['out/', 'out/.gitignore', 'out/rspec-7/', 'out/rspec-7/x.zip']);
    });

    it('a cached file that another window removes just before it is opened is loaded again', async () => {
      const cache = new ArtifactsCache(disk.at('cache'), () => 10 * content.length, systemClock);
      const key = { instance: 'https://gitlab.example', project: 'group/project', build: 7, size: content.length };
      let loads = 0;
      const load = () => (loads++, piecewise(content));
      const read = await cache.use(key, load, unhurried(), async (path) => {
        if (loads === 1) await cache.clear();
        return readFileSync(path);
      });
      assert.ok(read.equals(content));
      assert.equal(loads, 2);
    });
  });

  describe('in several processes:', () => {
    let program: string;
    let programs: Disk;
    before(async () => {
      programs = new Disk();
      program = await bundle('test/core/artifacts/parallel.program.ts', programs.folder);
    });
    after(() => programs.remove());

    const start = async (work: string, count: number): Promise<ChildProcess> => {
      const child = spawn(process.execPath, [program, JSON.stringify({ work, root: disk.folder, count })]);
      await once(child.stdout, 'data');
      return child;
    };
    /** All begin at once; none may fail. */
    const together = async (...works: readonly (readonly [work: string, count: number])[]): Promise<void> => {
      const children = await Promise.all(works.map(([work, count]) => start(work, count)));
      const ends = children.map(async (child) => {
        let said = '';
        child.stderr?.on('data', (data: Buffer) => (said += String(data)));
        child.stdin?.end();
        const [code] = (await once(child, 'close')) as [number | null];
        assert.deepEqual([code, said], [0, '']);
      });
      await Promise.all(ends);
    };

    it('downloads all finish complete, and nothing else remains', async () => {
      await together(['save', 32], ['save', 32], ['save', 32]);
      assert.deepEqual(disk.list(), whole);
      assert.ok(readFileSync(disk.at(`${folder}/x.zip`)).equals(content));
    });

    it('downloads finish complete while those of another process are refused', async () => {
      await together(['save', 16], ['fail', 48], ['fail', 48]);
      assert.deepEqual(disk.list(), whole);
    });

    it('archives are extracted into one folder: one of them is there, complete, and nothing else remains', async () => {
      await together(['extract', 12], ['extract', 12], ['extract', 12]);
      assert.deepEqual(readdirSync(disk.at('out', 'rspec-7')), ['target']);
      const files = filesOf(disk.at('out', 'rspec-7', 'target'));
      assert.deepEqual(Object.keys(files), ['a', 'b/', 'b/c']);
      assert.equal(files['a'], files['b/c']);
    });

    it('cached files are complete, and no temporary file remains', async () => {
      await together(['cache', 24], ['cache', 24], ['cache', 24]);
      const names = readdirSync(disk.at('cache'));
      assert.equal(names.length, 3);
      for (const name of names) assert.ok(readFileSync(disk.at('cache', name)).equals(content));
    });

    it('what a killed process left behind is removed by the next task in its folder', async () => {
      const child = await start('save', 0);
      const tag = takeOwnerTag().replace(`-${process.pid}-`, `-${child.pid ?? 0}-`);
      mkdirSync(disk.at(folder), { recursive: true });
      writeFileSync(disk.at('.gitlab-builds', '.gitignore'), '*\n');
      mkdirSync(disk.at('cache'));
      const parts = [`0123456789abcdef-${tag}.part`, `fedcba9876543210-${tag}.tmp`].map((name) =>
        join(folder, `.gitlab-builds-${name}`),
      );
      const temporary = join('cache', `${'0'.repeat(64)}.${tag}.tmp`);
      for (const name of [...parts, temporary]) writeFileSync(disk.at(name), 'half');
      const cache = new ArtifactsCache(disk.at('cache'), () => 10, systemClock);
      assert.equal(ownerStateOf(tag), 'running');
      await save();
      await cache.tidy();
      assert.deepEqual(
        disk.list().filter((name) => /half|\.part|\.tmp/.test(name)),
        [temporary, ...parts].sort(),
      );
      child.kill('SIGKILL');
      await once(child, 'exit');
      await save();
      await cache.tidy();
      assert.deepEqual(disk.list(), [...whole, 'cache/']);
    });
  });
});
